//! The suite that every ledger passes: what the port promises, one sentence a case.
//!
//! A ledger's own tests list the cases with [`crate::ledger_contract!`], which makes each a `#[test]` of its name, and say
//! how a [`Stand`] is made. The cases know nothing of the implementation: time is let pass through [`Time`], losses are
//! caused through [`Loss`], and what was published is waited for. Each case uses fresh ids, so that cases may share a
//! server; those that cause a loss need one of their own.

use std::{sync::Arc, time::Duration};

use super::{EventLog, Ledger};
use crate::{ports::Later, settings::LedgerLimits};

mod audited;
mod claimed;
mod crowded;
mod disconnected;
mod fenced;
mod hidden;
mod hosted;
mod logged;
mod numbered;
mod reaped;
mod resumed;
mod rolled_back;
mod seated;
mod sent;
mod shrunk;
mod skipped;
mod subscribed;
mod told;
mod world;

/// A ledger to be tried, and the time it lives in.
pub struct Stand {
    /// The ledger, empty of what the cases use.
    pub ledger: Arc<dyn Ledger>,
    /// Its log of events.
    pub events: Arc<dyn EventLog>,
    /// Its time.
    pub time: Arc<dyn Time>,
    /// How it loses what it has stored.
    pub loss: Arc<dyn Loss>,
}

/// How a case lets time pass for a ledger.
pub trait Time: Send + Sync {
    /// Lets this much time pass: by advancing a paused clock, or by waiting.
    fn pass(&self, time: Duration) -> Later<()>;

    /// Waits until what was published has reached its subscribers; at once where publishing is a call.
    fn settle(&self) -> Later<()>;
}

/// How a case makes a ledger lose what it has stored; a new epoch begins each time.
pub trait Loss: Send + Sync {
    /// Everything is lost.
    fn wipe(&self) -> Later<()>;

    /// Keeps a copy of everything as it is now, in place of an older copy.
    fn copy(&self) -> Later<()>;

    /// Everything becomes as it was copied.
    fn go_back(&self) -> Later<()>;
}

/// Makes a ledger with these bounds.
pub type Make = Arc<dyn Fn(LedgerLimits) -> Later<Stand> + Send + Sync>;

/// One promise, and how it is tried.
#[derive(Clone, Copy)]
pub struct Case {
    /// The promise as a sentence, with underscores.
    pub name: &'static str,
    /// Panics if the ledger breaks the promise.
    pub run: fn(Make) -> Later<()>,
}

macro_rules! table {
    ($($file:ident::$name:ident)*) => {
        /// Every case.
        pub const CASES: &[Case] = &[$(Case { name: stringify!($name), run: |make| Box::pin($file::$name(make)) }),*];
    };
}

/// Makes a `#[test]` of each case: `ledger_contract!(on_memory)` with `fn on_memory(case: Case)`.
#[macro_export]
macro_rules! ledger_contract {
    ($on:ident) => {
        $crate::ledger_cases! { ($crate::ledger_contract) ($on) }
    };
    (($on:ident) $($file:ident::$name:ident)*) => {
        $(
            #[test]
            fn $name() {
                let case = $crate::ledger::contract::CASES.iter().find(|case| case.name == stringify!($name));
                $on(*case.expect("the table lists every case"));
            }
        )*
    };
}

macro_rules! list {
    (() $($case:tt)*) => { table! { $($case)* } };
}

mod cases;

crate::ledger_cases! { (list) () }
