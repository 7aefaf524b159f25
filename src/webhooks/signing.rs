//! Signatures as Standard Webhooks has them: `v1,` and Base64 of HMAC-SHA256 over `<id>.<seconds>.<body>`.

use aldis_api::webhook::signature;
use secrecy::{ExposeSecret as _, SecretSlice};

/// Signs with every key: a receiver that knows one of them can verify.
pub(super) struct Signer(Vec<SecretSlice<u8>>);

impl Signer {
    /// With these keys.
    pub(super) fn new(keys: &[Vec<u8>]) -> Self {
        Self(keys.iter().cloned().map(SecretSlice::from).collect())
    }

    /// The signatures of a message, between spaces. `seconds`: when it is sent, since 1970.
    pub(super) fn sign(&self, id: &str, seconds: i64, body: &str) -> String {
        let signed = |key: &SecretSlice<u8>| signature(key.expose_secret(), (id, seconds), body.as_bytes());
        self.0.iter().map(signed).collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::STANDARD};

    use super::*;

    #[test]
    fn a_message_is_signed_as_the_standard_says_with_every_key() {
        // The example of the Standard Webhooks libraries.
        let key = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("Base64");
        let signer = Signer::new(std::slice::from_ref(&key));
        let (id, body) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", r#"{"test": 2432232314}"#);
        let expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert_eq!(signer.sign(id, 1_614_265_330, body), expected);
        let two = Signer::new(&[vec![7; 32], key]).sign(id, 1_614_265_330, body);
        let signatures: Vec<_> = two.split(' ').collect();
        assert_eq!((signatures.len(), signatures[1]), (2, expected));
        assert!(signatures[0].starts_with("v1,") && signatures[0] != expected);
    }
}
