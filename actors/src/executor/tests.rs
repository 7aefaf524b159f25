//! Cells under a scheduler that tries every interleaving of a few steps, and thousands of many (shuttle); and the executor
//! with real workers, on a paused clock.

mod interleavings;
mod workers;
