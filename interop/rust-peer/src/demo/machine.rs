//! Readings of this machine, from `/proc`.

use std::fs::read_to_string;

use anyhow::Context as _;

/// One measured value: its metric, the value and the unit.
pub type Measured = (&'static str, f64, &'static str);

/// Measures the machine; the processor's share is that since the last time.
#[derive(Default)]
pub struct Machine {
    last: CpuTicks,
}

#[derive(Clone, Copy, Default)]
struct CpuTicks {
    busy: u64,
    total: u64,
}

impl Machine {
    pub fn measure(&mut self) -> anyhow::Result<[Measured; 2]> {
        Ok([("cpu", self.cpu_percent()?, "%"), ("memory", memory_used_mib()?, "MiB")])
    }

    fn cpu_percent(&mut self) -> anyhow::Result<f64> {
        let now = CpuTicks::read()?;
        let busy = now.busy.saturating_sub(self.last.busy);
        let total = now.total.saturating_sub(self.last.total);
        self.last = now;
        Ok(100.0 * busy as f64 / total.max(1) as f64)
    }
}

impl CpuTicks {
    /// The first line of `/proc/stat`: `cpu user nice system idle iowait irq softirq steal ...`, of which two are idle.
    fn read() -> anyhow::Result<Self> {
        let stat = read_to_string("/proc/stat")?;
        let line = stat.lines().next().context("/proc/stat is empty")?;
        let ticks: Vec<u64> = line
            .split_whitespace()
            .skip(1)
            .take(8)
            .map(str::parse)
            .collect::<Result<_, _>>()?;
        let total = ticks.iter().sum();
        let idle: u64 = ticks.iter().skip(3).take(2).sum();
        Ok(Self {
            busy: total - idle,
            total,
        })
    }
}

fn memory_used_mib() -> anyhow::Result<f64> {
    let meminfo = read_to_string("/proc/meminfo")?;
    let kib = |name: &str| -> anyhow::Result<f64> {
        let line = meminfo.lines().find(|line| line.starts_with(name));
        let number = line.and_then(|line| line.split_whitespace().nth(1));
        Ok(number
            .with_context(|| format!("/proc/meminfo has no {name}"))?
            .parse()?)
    };
    Ok((kib("MemTotal:")? - kib("MemAvailable:")?) / 1024.0)
}
