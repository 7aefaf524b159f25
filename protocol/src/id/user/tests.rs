//! Every text is an id or not, and is given back as it was.

use std::{
    collections::hash_map::DefaultHasher,
    hash::{Hash as _, Hasher as _},
};

use proptest::prelude::*;

use super::*;

fn id(text: &str) -> UserId {
    text.parse().unwrap_or_else(|why| panic!("{text:?}: {why}"))
}

fn hashed(id: &UserId) -> u64 {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}

#[test]
fn an_id_is_as_small_as_a_uuid() {
    assert_eq!(size_of::<UserId>(), 16);
    assert_eq!(size_of::<Option<UserId>>(), 24);
}

#[test]
fn ids_of_identity_providers_are_accepted_and_given_back() {
    let long = "x".repeat(UserId::BYTES_MAX);
    let texts = [
        "1",
        "auth0|5f7c8ec7c33c6c004bbafe82",
        "google-oauth2|115212345678901234567",
        "00uhzsq8pw4zS1oSL0h7",
        "ann+calls@example.org",
        "urn:example:user:7",
        "https://idp.example.org/users/7?x=%20#me",
        "system:serviceaccount:default:bot",
        "000123.f00d.1234",
        "QWxkaXM_LQ==",
        "CN=Ann,OU=People",
        "{ann}",
        "o'neill",
        "3F2B8C1E-0D4A-4C57-9A51-7BE0C8F4D210",
        "{3f2b8c1e-0d4a-4c57-9a51-7be0c8f4d210}",
        "3f2b8c1e0d4a4c579a517be0c8f4d210",
        "00000000-0000-0000-7fff-ffffffffffff",
        "00000000-0000-0000-0000-000000000000",
        long.as_str(),
    ];
    for text in texts {
        assert_eq!(id(text).to_string(), text);
        assert_eq!(id(text).text_bytes(), text.len());
        assert_eq!(serde_json::to_string(&id(text)).expect("JSON"), format!("\"{text}\""));
    }
}

#[test]
fn what_is_no_id_is_refused() {
    let long = "x".repeat(UserId::BYTES_MAX + 1);
    for text in ["", " ", "a b", "a\"b", "a\\b", "a\nb", "a\0b", "a\u{7f}", "anné", "\u{200b}", long.as_str()] {
        assert_eq!(text.parse::<UserId>(), Err(BadId::User), "{text:?}");
    }
}

#[test]
fn letters_of_another_case_make_another_id() {
    let (lower, upper) = ("3f2b8c1e-0d4a-4c57-9a51-7be0c8f4d210", "3F2B8C1E-0D4A-4C57-9A51-7BE0C8F4D210");
    assert_ne!(id(lower), id(upper));
    assert!(id(lower).as_u128().is_some() && id(upper).as_u128().is_none());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_an_id_exactly_if_it_matches_the_pattern(text in "([ -~]|\\PC|[\u{0}-\u{20}]){0,140}") {
        let fits = (1..=128).contains(&text.len()) && text.bytes().all(|byte| (b'!'..=b'~').contains(&byte) && !b"\"\\".contains(&byte));
        let read = text.parse::<UserId>();
        prop_assert_eq!(read.is_ok(), fits);
        if let Ok(read) = read {
            prop_assert_eq!(read.to_string(), text);
        }
    }

    #[test]
    fn a_text_has_one_representation(bits in any::<u128>(), text in "[!#-\\[\\]-~]{1,128}") {
        let uuid = UserId::from_u128(bits);
        prop_assert_eq!(id(&uuid.to_string()), uuid.clone());
        prop_assert_eq!(uuid.as_u128(), Some(bits));
        let (one, another) = (id(&text), id(&text));
        prop_assert_eq!(hashed(&one), hashed(&another));
        prop_assert_eq!(one.cmp(&another), Ordering::Equal);
        prop_assert_eq!(one.cmp(&uuid), uuid.cmp(&one).reverse());
        prop_assert_eq!(&one, &another);
    }
}
