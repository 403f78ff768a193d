export { Faults } from "./faults.js";
export { Simulator, type Report, type SimulatorOptions } from "./simulator.js";
