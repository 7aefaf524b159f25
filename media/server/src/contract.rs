//! The suite that every media server passes: what `aldis-media.v1` promises, one sentence a case, over HTTP alone.
//!
//! A server's own tests list the cases with [`crate::media_contract!`], which makes each a test of its name, and say which
//! [`Program`] it is. A case starts a server of its own. The cases know no engine; parameters are those of a browser that
//! does not exist, so that no transport ever connects: what needs one is tried with real browsers (media/tests/browsers).

use std::{future::Future, pin::Pin};

mod client;
mod documented;
mod ended;
mod epochs;
mod expired;
mod foreign;
mod limited;
mod malformed;
mod peers;
mod program;
mod repeated;
mod rooms;
mod samples;
mod secured;
mod told;

pub use client::{Client, Got};
pub use program::{Program, Running};

/// One promise, and how it is tried.
#[derive(Clone, Copy)]
pub struct Case {
    /// The promise as a sentence, with underscores.
    pub name: &'static str,
    /// Panics if the server breaks the promise.
    pub run: fn(Program) -> Pin<Box<dyn Future<Output = ()>>>,
}

macro_rules! table {
    (() $($file:ident::$name:ident)*) => {
        /// Every case.
        pub const CASES: &[Case] = &[$(Case { name: stringify!($name), run: |on| Box::pin($file::$name(on)) }),*];
    };
}

mod cases;

crate::media_cases! { (table) () }

/// Makes a test of each case: `media_contract!(env!("CARGO_BIN_EXE_aldis-media"))`.
#[macro_export]
macro_rules! media_contract {
    ($program:expr) => {
        $crate::media_cases! { ($crate::media_tests) ($program) }
    };
}

/// The tests of [`media_contract!`].
#[macro_export]
macro_rules! media_tests {
    (($program:expr) $($file:ident::$name:ident)*) => {
        $(
            #[test]
            fn $name() {
                let case = $crate::contract::CASES.iter().find(|case| case.name == stringify!($name));
                let case = case.expect("the table lists every case");
                $crate::contract::run((case.run)($crate::contract::Program::at($program)));
            }
        )*
    };
}

/// Runs a case to its end, which is bounded.
///
/// # Panics
/// The case took a minute.
pub fn run(case: Pin<Box<dyn Future<Output = ()>>>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let ended = runtime.block_on(async { tokio::time::timeout(std::time::Duration::from_secs(60), case).await });
    assert!(ended.is_ok(), "the case ends within a minute");
}
