import { provideReplica } from "./load-replica.js";
import { Replica } from "./replica.js";

/** Has groups join without loading anything: in virtual time nothing can be waited for that takes real time. */
export function preloadGroups(): void {
  provideReplica(Replica);
}
