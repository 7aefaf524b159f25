//! One key of a set (RFC 7517 §4, RFC 7518 §6, RFC 8037 §2): what it is for, whether it is strong enough, its numbers. Pure.

use aws_lc_rs::signature::{ParsedPublicKey, RsaPublicKeyComponents};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::Deserialize;

use super::{Algorithm, of_numbers, of_points};

/// Sizes of an RSA key in bits: below, it can be factored; above, verifying costs too much.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2_048..=8_192;
/// Largest public exponent, in bytes: 65537 has three.
const EXPONENT_BYTES_MAX: usize = 4;
/// Bytes of a coordinate of P-256, and of a key of Ed25519.
const POINT_LEN: usize = 32;
/// Members that only the private half, or a shared secret, has.
const PRIVATE: [&str; 7] = ["d", "p", "q", "dp", "dq", "qi", "k"];

/// The members that are read; others are ignored.
#[derive(Deserialize)]
struct Form {
    kty: String,
    #[serde(rename = "use")]
    purpose: Option<String>,
    key_ops: Option<Vec<String>>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

/// The key, ready for each of the `allowed` algorithms that it is for.
///
/// # Errors
/// Why it cannot be used.
pub(super) fn key(
    value: serde_json::Value,
    allowed: &[Algorithm],
) -> Result<Vec<(Algorithm, ParsedPublicKey)>, String> {
    if let Some(private) = PRIVATE.iter().find(|name| value.get(name).is_some()) {
        return Err(format!("it has `{private}`, which must be secret: whoever reads the set can sign with it"));
    }
    let form: Form = serde_json::from_value(value).map_err(|why| format!("it is no key (RFC 7517 §4): {why}"))?;
    if form.purpose.as_deref().is_some_and(|purpose| purpose != "sig") {
        return Err("its `use` is not `sig`".to_owned());
    }
    if form.key_ops.as_ref().is_some_and(|all| !all.iter().any(|one| one == "verify")) {
        return Err("its `key_ops` has no `verify`".to_owned());
    }
    let possible = possible(&form)?;
    let algorithms: Vec<_> = match &form.alg {
        Some(name) => possible.iter().copied().filter(|algorithm| algorithm.name() == name).collect(),
        None => possible.to_vec(),
    };
    let kind = form.alg.as_deref().map_or_else(|| format!("{} without `alg`", form.kty), str::to_owned);
    if algorithms.is_empty() {
        return Err(format!("its `alg` is {kind}, which a key of its kind ({}) cannot be here", form.kty));
    }
    let algorithms: Vec<_> = algorithms.into_iter().filter(|algorithm| allowed.contains(algorithm)).collect();
    if algorithms.is_empty() {
        return Err(format!("it is for {kind}, and `algorithms` of this issuer does not have that"));
    }
    algorithms.into_iter().map(|algorithm| Ok((algorithm, prepared(&form, algorithm)?))).collect()
}

/// What a key of this type and curve can be for.
fn possible(form: &Form) -> Result<&'static [Algorithm], String> {
    match (form.kty.as_str(), form.crv.as_deref()) {
        ("RSA", _) => Ok(&[Algorithm::Rs256, Algorithm::Ps256]),
        ("EC", Some("P-256")) => Ok(&[Algorithm::Es256]),
        ("OKP", Some("Ed25519")) => Ok(&[Algorithm::EdDsa]),
        ("EC" | "OKP", Some(other)) => Err(format!("its curve is {other:?}; P-256 and Ed25519 can be used")),
        ("EC" | "OKP", None) => Err("it has no `crv`".to_owned()),
        ("oct", _) => Err("it is a shared secret (`oct`): whoever verifies could sign".to_owned()),
        (other, _) => Err(format!("its `kty` is {other:?}; RSA, EC and OKP can be used")),
    }
}

fn prepared(form: &Form, algorithm: Algorithm) -> Result<ParsedPublicKey, String> {
    let refused = |_| "its numbers are no public key".to_owned();
    if let Some(rsa) = of_numbers(algorithm) {
        let (n, e) = (number("n", form.n.as_ref())?, number("e", form.e.as_ref())?);
        let bits = n.len() * 8 - n.first().map_or(0, |first| first.leading_zeros() as usize);
        if !RSA_BITS.contains(&bits) {
            return Err(format!("it has {bits} bits; {} to {} can be used", RSA_BITS.start(), RSA_BITS.end()));
        }
        let is_odd = e.last().is_some_and(|last| last % 2 == 1);
        if e.len() > EXPONENT_BYTES_MAX || !is_odd || e == [1] {
            return Err("its exponent `e` is not an odd number from 3 to 4294967295".to_owned());
        }
        return RsaPublicKeyComponents { n, e }.to_parsed_public_key(rsa).map_err(refused);
    }
    let mut point = Vec::with_capacity(1 + 2 * POINT_LEN);
    if algorithm == Algorithm::Es256 {
        point.push(4); // uncompressed (SEC 1 §2.3.3)
        point.extend(coordinate("x", form.x.as_ref())?);
        point.extend(coordinate("y", form.y.as_ref())?);
    } else {
        point.extend(coordinate("x", form.x.as_ref())?);
    }
    let points = of_points(algorithm).ok_or_else(|| "its algorithm is unknown".to_owned())?;
    ParsedPublicKey::new(points, point).map_err(refused)
}

/// A number without leading zeros.
fn number(name: &str, text: Option<&String>) -> Result<Vec<u8>, String> {
    let bytes = bytes(name, text)?;
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    Ok(bytes[zeros..].to_vec())
}

fn coordinate(name: &str, text: Option<&String>) -> Result<Vec<u8>, String> {
    let bytes = bytes(name, text)?;
    if bytes.len() == POINT_LEN {
        Ok(bytes)
    } else {
        Err(format!("its `{name}` has {} bytes, not {POINT_LEN}", bytes.len()))
    }
}

fn bytes(name: &str, text: Option<&String>) -> Result<Vec<u8>, String> {
    let text = text.ok_or_else(|| format!("it has no `{name}`"))?;
    BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| format!("its `{name}` is not base64url"))
}
