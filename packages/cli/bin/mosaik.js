#!/usr/bin/env node
// Apart from what is compiled: npm links a command only if its file is there when it installs.
import "../dist/main.js";
