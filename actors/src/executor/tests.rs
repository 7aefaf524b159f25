//! Cells under a scheduler (shuttle) that tries every interleaving of a few steps, and thousands of interleavings of many;
//! and the executor with real workers, on a paused clock.

mod cells;
mod house;
mod interleavings;
mod panics;
mod workers;
