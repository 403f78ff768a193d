/** Says `held` from a timer that does not keep the process, then closes its endpoints, after which nothing must keep it. */
import { talk } from "./support.mjs";

const { dialler, acceptor } = await talk({ bindAddrs: ["127.0.0.1:0"] });
const timer = setTimeout(async () => {
  console.log("held");
  await Promise.all([dialler.close(), acceptor.close()]);
  console.log("closed");
}, 100);
timer.unref();
