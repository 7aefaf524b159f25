//! The whole turn with a scripted sink: what is written, together with what, and what a slow reader costs.
