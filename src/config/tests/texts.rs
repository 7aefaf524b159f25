//! Each text form: accepted inputs, and that its output parses to the same value.

use std::fmt::Debug;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use proptest::prelude::*;

use crate::config::text::Text;
use crate::config::{DatabaseKind, DatabaseUrl, Filter, IceUrl, Network, Origin, Rate, Size};

fn reads_as<T: Text + PartialEq + Debug>(text: &str, written: &str) {
    let value = T::read(text).unwrap_or_else(|why| panic!("{text}: {why}"));
    assert_eq!(value.write(), written);
    assert_eq!(T::read(written).as_ref(), Ok(&value), "{written}");
}

#[test]
fn valid_texts_are_parsed_and_printed_in_one_form() {
    reads_as::<Duration>("90s", "1m 30s");
    reads_as::<Duration>("0s", "0s");
    reads_as::<Size>("64KiB", "64KiB");
    reads_as::<Size>("64 kib", "64KiB");
    reads_as::<Size>("1.5MiB", "1536KiB");
    reads_as::<Size>("1000B", "1000B");
    reads_as::<Size>("1kB", "1000B");
    reads_as::<Size>("0B", "0B");
    reads_as::<Rate>("30/1m", "30/1m");
    reads_as::<Rate>("30 / 60s", "30/1m");
    reads_as::<Network>("10.0.0.0/8", "10.0.0.0/8");
    reads_as::<Network>("127.0.0.1", "127.0.0.1/32");
    reads_as::<Network>("fd00::/8", "fd00::/8");
    reads_as::<Origin>("https://Call.Example.org", "https://call.example.org");
    reads_as::<Origin>("https://call.example.org:443/", "https://call.example.org");
    reads_as::<Origin>("http://[::1]:8080", "http://[::1]:8080");
    reads_as::<SocketAddr>("[::]:8080", "[::]:8080");
    reads_as::<IceUrl>("turn:t.example:3478?transport=udp", "turn:t.example:3478?transport=udp");
    reads_as::<IceUrl>("stun:[::1]:3478", "stun:[::1]:3478");
    reads_as::<Filter>("info,aldis::ws=debug", "info,aldis::ws=debug");
    reads_as::<DatabaseUrl>("sqlite::memory:", "sqlite::memory:");
}

#[test]
fn invalid_texts_are_refused_with_a_reason() {
    fn why<T: Text + Debug>(text: &str) -> String {
        T::read(text).expect_err(text)
    }
    assert_eq!(why::<Duration>("5M"), "`M` would be months; minutes are `m`");
    assert_eq!(why::<Duration>("five seconds"), "not a duration");
    assert_eq!(why::<Duration>("99999999999999999999s"), "too long, or too fine");
    assert_eq!(why::<Size>("-1KiB"), "not a size");
    assert_eq!(why::<Rate>("0/1m"), "`0` is not a number from 1 to 4294967295");
    assert_eq!(why::<Rate>("1/0s"), "the time is zero");
    assert_eq!(why::<Rate>("4000000000/1s"), "the time is zero");
    assert_eq!(why::<Origin>("https://u@h"), "an origin has no user");
    assert_eq!(why::<Origin>("*"), "no scheme");
    assert_eq!(why::<IceUrl>("turn:u:p@h"), "this node creates credentials; the URL contains none");
    assert_eq!(why::<IceUrl>("stun:h?transport=udp"), "`?transport=udp` is not understood");
    assert_eq!(why::<Filter>("aldis::ws="), "`` is not a level");
    assert_eq!(why::<Filter>("=info"), "`=info` names no target");
    assert_eq!(why::<DatabaseUrl>("sqlite://"), "names no database");
}

#[test]
fn a_network_holds_its_addresses_and_their_ipv6_forms() {
    let network = Network::read("10.0.0.0/8").expect("right");
    let address = |text: &str| text.parse::<IpAddr>().expect("an address");
    assert!(network.contains(address("10.255.0.1")));
    assert!(network.contains(address("::ffff:10.0.0.1")));
    assert!(!network.contains(address("11.0.0.1")));
    assert!(!network.contains(address("::1")));
}

#[test]
fn a_database_url_has_a_kind_and_a_rate_an_interval() {
    assert_eq!(DatabaseUrl::read("sqlite://x.db").expect("right").kind(), DatabaseKind::Sqlite);
    assert_eq!(DatabaseUrl::read("postgresql://h/d").expect("right").kind(), DatabaseKind::Postgres);
    assert_eq!(Rate::read("30/1m").expect("right").every(), Duration::from_secs(2));
}

proptest! {
    #[test]
    fn any_size_and_duration_survives_a_round_trip(bytes in 0..usize::MAX >> 12, millis in 0..u64::from(u32::MAX)) {
        let size = Size::read(&format!("{bytes}B")).expect("bytes");
        prop_assert_eq!(Size::read(&size.write()), Ok(size));
        let duration = Duration::from_millis(millis);
        prop_assert_eq!(Duration::read(&duration.write()), Ok(duration));
    }

    #[test]
    fn no_text_makes_a_reader_panic(text in "\\PC{0,40}") {
        let _ = (Duration::read(&text).is_ok(), Size::read(&text).is_ok(), Rate::read(&text).is_ok(), Network::read(&text).is_ok());
        let _ = (Origin::read(&text).is_ok(), IceUrl::read(&text).is_ok(), Filter::read(&text).is_ok(), DatabaseUrl::read(&text).is_ok());
    }
}
