//! epochs
