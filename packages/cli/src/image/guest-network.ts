/** The part of `/init` that brings the network up: by DHCP, else as QEMU's user networking has it. */
export const GUEST_INTERFACE = `if [ -d /sys/class/net/eth0 ]; then
  $bb ip link set eth0 up
  if ! $bb udhcpc -i eth0 -s /etc/udhcpc.script -q -n -t 5 -T 1 >/dev/null 2>&1; then
    $bb ip addr add 10.0.2.15/24 dev eth0
    $bb ip route add default via 10.0.2.2
    echo "nameserver 10.0.2.3" > /etc/resolv.conf
  fi
  # A link that has only just come up is not listed as an interface yet.
  tries=50
  while [ $tries -gt 0 ] && [ "$($bb cat /sys/class/net/eth0/operstate)" != up ]; do $bb sleep 0.1; tries=$((tries - 1)); done
  echo "network: $($bb ip -4 -o addr show dev eth0 | $bb awk '{print $4}')"
fi`;

/** What busybox's client of DHCP calls with a lease. */
export const UDHCPC_SCRIPT = `#!/bin/busybox sh
bb=/bin/busybox
case "$1" in
  deconfig) $bb ip addr flush dev "$interface" ;;
  bound|renew)
    $bb ip addr flush dev "$interface"
    $bb ip addr add "$ip/\${mask:-24}" dev "$interface"
    for one in $router; do $bb ip route add default via "$one" dev "$interface"; break; done
    : > /etc/resolv.conf
    for one in $dns; do echo "nameserver $one" >> /etc/resolv.conf; done
    ;;
esac
`;
