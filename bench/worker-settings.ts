/** Blocks that are run before those that are measured: until the optimising compiler has seen everything. */
export const WARM_UP = 6;
