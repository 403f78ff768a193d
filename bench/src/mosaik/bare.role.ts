import { residentBytes } from "../harness/memory.js";
import { serve } from "../harness/role.js";

/** A process of Node.js with nothing of ours but the harness. */
const commands = { residentBytes };
export type Bare = typeof commands;
serve(commands);
