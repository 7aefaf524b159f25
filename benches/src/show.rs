//! Progress: a bar with live rates where standard error is a terminal, else a line per step. Must not know the steps.

use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Shows progress.
pub struct Show {
    live: bool,
}

/// One step; it is done when dropped.
pub struct Step {
    bar: ProgressBar,
    name: &'static str,
    begun: Instant,
    live: bool,
}

impl Show {
    pub(crate) fn new() -> Self {
        Self { live: std::io::stderr().is_terminal() }
    }

    /// A step with this many parts.
    pub(crate) fn step(&self, name: &'static str, parts: usize) -> Step {
        let bar =
            self.bar(parts as u64, "{msg:>16} {wide_bar:.cyan/dim} {human_pos}/{human_len}  {per_sec}  {elapsed}");
        bar.set_message(name);
        Step { bar, name, begun: Instant::now(), live: self.live }
    }

    /// A step of this duration; [`Step::show`] shows progress.
    #[must_use]
    pub fn span(&self, name: &'static str, span: Duration) -> Step {
        let bar = self.bar(span.as_secs(), "{prefix:>16} {bar:30.cyan/dim} {pos}/{len} s  {wide_msg}");
        bar.set_prefix(name);
        Step { bar, name, begun: Instant::now(), live: self.live }
    }

    fn bar(&self, length: u64, template: &str) -> ProgressBar {
        let target = if self.live { ProgressDrawTarget::stderr_with_hz(10) } else { ProgressDrawTarget::hidden() };
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        ProgressBar::with_draw_target(Some(length), target).with_style(style)
    }
}

impl Step {
    pub(crate) fn inc(&self) {
        self.bar.inc(1);
    }

    pub(crate) fn set(&self, position: u64) {
        self.bar.set_position(position);
    }

    /// Says how far it is.
    pub fn show(&self, words: String) {
        self.bar.set_position(self.begun.elapsed().as_secs());
        self.bar.set_message(words);
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
        let seconds = self.begun.elapsed().as_secs_f64();
        if !self.live {
            eprintln!("{:>16}  {seconds:.1} s", self.name);
        }
    }
}
