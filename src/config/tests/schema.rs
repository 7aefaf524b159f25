//! The JSON Schema judges a file as the loader does, as far as a schema can.

use std::sync::Arc;

use boon::{Compiler, SchemaIndex, Schemas};
use proptest::prelude::*;
use proptest::test_runner::{Config as Runs, TestRunner};
use serde_json::{Value, json};

use super::faults::cases;
use crate::config::file::read_file;
use crate::config::layers::Settings;
use crate::config::read::read;
use crate::config::schema::SCHEMA;
use crate::config::snippet::File;
use crate::config::text::Text;
use crate::config::values::values;
use crate::config::{
    Config, DEFAULT_FILE, DatabaseUrl, Filter, IceUrl, LedgerUrl, MailUrl, Network, Origin, Rate, Size, schema,
};

/// A schema, compiled: it is itself a valid one.
struct Judge(Schemas, SchemaIndex);

impl Judge {
    fn of(schema: Value) -> Self {
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler.add_resource("aldis.schema.json", schema).expect("a resource");
        let index = compiler.compile("aldis.schema.json", &mut schemas).expect("a valid schema");
        Self(schemas, index)
    }

    fn accepts(&self, value: &Value) -> bool {
        self.0.validate(value, self.1).is_ok()
    }
}

fn every_key_uncommented() -> Value {
    let is_key = |line: &str| line.split_once(" = ").is_some_and(|(name, _)| !name.contains(' '));
    let uncommented = |line: &'static str| line.strip_prefix("# ").filter(|line| is_key(line)).unwrap_or(line);
    let text: String = DEFAULT_FILE.lines().flat_map(|line| [uncommented(line), "\n"]).collect();
    toml::from_str(&text).expect("TOML")
}

#[test]
fn the_documented_file_is_accepted_with_every_key() {
    let file = every_key_uncommented();
    for key in &SCHEMA.keys {
        assert!(file.pointer(&format!("/{}", key.replace('.', "/"))).is_some(), "{key}");
    }
    assert!(Judge::of(schema().clone()).accepts(&file));
}

/// What a pattern does not see.
const FINER: [&str; 5] = [
    "a port that is none",
    "an address that is none",
    "an element of a list over several lines is pointed at",
    "an origin of another scheme",
    "a mail server whose password would travel unencrypted",
];

#[test]
fn a_wrong_type_a_wrong_form_and_an_unknown_name_are_refused_as_by_the_loader() {
    let judge = Judge::of(schema().clone());
    let mut differ = Vec::new();
    for case in cases() {
        let Ok(value) = toml::from_str::<Value>(case.input) else { continue };
        let (mut settings, mut faults) = (Settings::new(), Vec::new());
        let file = File { name: "aldis.toml".to_owned(), text: case.input.to_owned() };
        read_file(&Arc::new(file), &mut settings, &mut faults);
        read(&mut settings, &mut faults);
        if judge.accepts(&value) != faults.is_empty() {
            differ.push(case.name);
        }
    }
    assert_eq!(differ, FINER);
}

#[test]
fn a_wrong_type_of_any_key_is_refused() {
    let judge = Judge::of(schema().clone());
    for key in &SCHEMA.keys {
        let (section, name) = key.split_once('.').expect("a key in a section");
        for wrong in [json!(-1), json!(1.5), json!({}), json!(["", 1]), json!(null)] {
            assert!(!judge.accepts(&json!({ section: { name: wrong } })), "{key} = {wrong}");
        }
    }
}

#[test]
fn every_key_is_described_and_has_the_default_of_its_struct() {
    let defaults = values(&Config::default());
    for key in &SCHEMA.keys {
        let property = SCHEMA.value(key);
        assert!(property["description"].as_str().is_some_and(|text| text.ends_with('.')), "{key}: {property}");
        let default = defaults.get(key).filter(|_| !["ice.turn_secrets", "webhooks.secrets"].contains(&key.as_str()));
        let default = default.map(|value| serde_json::to_value(value).expect("plain"));
        assert_eq!(property.get("default"), default.as_ref(), "{key}");
    }
    let secrets = ["database.url", "ice.turn_secrets", "ledger.redis_url", "mail.url", "webhooks.secrets"];
    assert!(secrets.iter().all(|key| SCHEMA.value(key).get("default").is_none()));
}

#[test]
fn examples_are_right() {
    let judge = Judge::of(schema().clone());
    for key in &SCHEMA.keys {
        let (section, name) = key.split_once('.').expect("a key in a section");
        let of = SCHEMA.value(key).get("items").unwrap_or(SCHEMA.value(key));
        for example in of.get("examples").and_then(Value::as_array).into_iter().flatten() {
            let value = if of == SCHEMA.value(key) { example.clone() } else { json!([example]) };
            assert!(judge.accepts(&json!({ section: { name: value } })), "{key}: {example}");
        }
    }
}

#[test]
fn a_pattern_refuses_nothing_that_is_read() {
    fn check<T: Text>(made: &str) {
        let judge = Judge::of(json!({ "pattern": T::PATTERN }));
        let texts = proptest::string::string_regex(&format!("({made})|\\PC{{0,8}}")).expect("a regular expression");
        let runs = Runs { failure_persistence: None, ..Runs::default() };
        let run = TestRunner::new(runs).run(&texts, |text| {
            prop_assert!(T::read(&text).is_err() || judge.accepts(&json!(text)), "{text:?}");
            Ok(())
        });
        run.unwrap_or_else(|failure| panic!("{}: {failure}", T::FORM));
    }
    check::<std::time::Duration>(
        "([0-9]{1,2}[. ]?[0-9]? ?(s|sec|ms|us|µs|m|min|h|hr|d|days|w|wks|months|y|x)? ?){1,3}",
    );
    check::<std::net::SocketAddr>("(127.0.0.[0-9]{1,2}|\\[(::1|fe80::1%[0-9])\\]|a):?[0-9]{0,6}");
    check::<Size>("[0-9.]{0,4} ?[kKMGTPEx]?i?[bB]?");
    check::<Rate>(" ?[+0-9]{1,3} ?/ ?[0-9]{1,2}(s|m| h|1h 2m)? ?");
    check::<Network>("(10.0.0.0|fd00::|::ffff:1.2.3.4|x)(/[0-9]{1,3})?");
    check::<Origin>("(https?|HTTP|app|tauri|null)?(://)?(a|\\[::1\\]|a:1|a@b)?[/?#]?");
    check::<IceUrl>("(stuns?|turns?|x):/{0,2}(a|\\[::1\\])(:1)?(\\?transport=(udp|tcp|x))?");
    check::<Filter>("((a::)?b_?=)?(info|off|trace|x)(,(a=)?(debug|x)?){0,2}");
    check::<DatabaseUrl>("(sqlite|postgres|postgresql|x):/{0,3}[a?]{0,2}");
    check::<LedgerUrl>("(redis|rediss|redis\\+sentinel|rediss\\+sentinel|redis\\+unix|x)://?/?[a:@]{0,3}");
    check::<MailUrl>(" ?(smtps?|SMTP|x):/{0,3}(u:p@)?(a|\\[::1\\])?(:[0-9]{1,4})?/?(\\?tls=none)?");
}
