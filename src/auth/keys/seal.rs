//! The encryption of private keys that are stored where others can read them: AES-256-GCM (NIST SP 800-38D) with a secret of
//! the nodes, a random nonce for each, and the key's id as associated data, so that no sealed key passes for another one.

use std::{os::unix::fs::MetadataExt as _, path::Path};

use anyhow::{Context as _, bail, ensure};
use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use base64::{Engine as _, prelude::BASE64_STANDARD};

/// The form of what is sealed: this byte, the nonce, the ciphertext with its tag.
const FORM: u8 = 1;
/// Bytes of a secret.
const SECRET_LEN: usize = 32;
/// The most secrets of a file: the one that seals, and those before it.
const SECRETS_MAX: usize = 4;
/// The largest file that is read.
const FILE_BYTES_MAX: u64 = 4_096;

/// The secrets of `auth.key_secret_file`: the first one seals, all of them open.
pub struct KeySecret(Vec<RandomizedNonceKey>);

impl KeySecret {
    /// Reads the file: one secret a line, 32 bytes as 64 hexadecimal digits or in base64. Blocks.
    ///
    /// # Errors
    /// It cannot be read, others than its owner may read it, or a line is no secret. The errors do not repeat its content.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let cannot =
            || format!("cannot read the secret of the signing keys, {} (auth.key_secret_file)", path.display());
        let about = std::fs::metadata(path).with_context(cannot)?;
        let mode = about.mode() & 0o777;
        ensure!(
            mode & 0o077 == 0,
            "the secret of the signing keys, {0}, can be read by other users (mode {mode:o}) → chmod 600 {0}",
            path.display()
        );
        ensure!(about.len() <= FILE_BYTES_MAX, "{}: it is larger than {FILE_BYTES_MAX} bytes", cannot());
        let text = std::fs::read_to_string(path).with_context(cannot)?;
        Self::parse(&text).with_context(cannot)
    }

    fn parse(text: &str) -> anyhow::Result<Self> {
        let lines: Vec<_> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        if lines.is_empty() || lines.len() > SECRETS_MAX {
            bail!("it holds {} secrets, not 1 to {SECRETS_MAX}, one a line → openssl rand -base64 32", lines.len());
        }
        let secret = |(place, line): (usize, &&str)| {
            let bytes = bytes(line).with_context(|| {
                format!(
                    "line {} is not 32 bytes, as 64 hexadecimal digits or in base64 → openssl rand -base64 32",
                    place + 1
                )
            })?;
            RandomizedNonceKey::new(&AES_256_GCM, &bytes).map_err(|_| anyhow::anyhow!("AES-256-GCM takes no such key"))
        };
        Ok(Self(lines.iter().enumerate().map(secret).collect::<anyhow::Result<_>>()?))
    }

    /// Encrypts a private key.
    pub(super) fn seal(&self, kid: &str, secret: &[u8]) -> anyhow::Result<Vec<u8>> {
        let key = self.0.first().context("there is no secret to seal with")?;
        let mut text = secret.to_vec();
        let nonce = key
            .seal_in_place_append_tag(Aad::from(kid.as_bytes()), &mut text)
            .map_err(|_| anyhow::anyhow!("cannot seal the signing key {kid}"))?;
        Ok([&[FORM], nonce.as_ref().as_slice(), &text].concat())
    }

    /// Decrypts the private key with this id.
    pub(super) fn open(&self, kid: &str, sealed: &[u8]) -> anyhow::Result<Vec<u8>> {
        let parts = sealed.split_first().filter(|(form, _)| **form == FORM);
        let parts = parts.and_then(|(_, rest)| rest.split_first_chunk::<NONCE_LEN>());
        let (nonce, text) =
            parts.with_context(|| format!("the signing key {kid} is sealed in a form of a newer version"))?;
        for key in &self.0 {
            let mut text = text.to_vec();
            let opened = key.open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(kid.as_bytes()), &mut text);
            if let Ok(secret) = opened {
                return Ok(secret.to_vec());
            }
        }
        bail!(
            "the signing key {kid} was sealed with another secret → give all nodes the same auth.key_secret_file, with the former secret as a second line"
        )
    }
}

impl std::fmt::Debug for KeySecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeySecret(…)")
    }
}

/// The bytes of a secret's text.
fn bytes(text: &str) -> Option<[u8; SECRET_LEN]> {
    if text.len() != 2 * SECRET_LEN {
        return BASE64_STANDARD.decode(text).ok()?.try_into().ok();
    }
    let mut bytes = [0; SECRET_LEN];
    for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        let [high, low] = [digits[0], digits[1]].map(|digit| char::from(digit).to_digit(16));
        *byte = u8::try_from(high? * 16 + low?).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt as _};

    use super::*;

    const HEX: &str = "00112233445566778899aabbccddeeffFFEEDDCCBBAA99887766554433221100";

    fn secret(text: &str) -> KeySecret {
        KeySecret::parse(text).expect("a secret")
    }

    fn random() -> String {
        BASE64_STANDARD.encode(rand::random::<[u8; SECRET_LEN]>())
    }

    #[test]
    fn a_sealed_key_opens_with_its_id_and_its_secret_only() {
        let ours = secret(&random());
        let sealed = ours.seal("kid", b"private").expect("sealed");
        assert_eq!(ours.open("kid", &sealed).expect("opened"), b"private");
        assert_ne!(sealed, ours.seal("kid", b"private").expect("sealed"), "each time under another nonce");
        assert!(!sealed.windows(7).any(|part| part == b"private"));
        for (place, _) in sealed.iter().enumerate() {
            let mut changed = sealed.clone();
            changed[place] ^= 1;
            assert!(ours.open("kid", &changed).is_err(), "byte {place} was changed");
        }
        assert!(ours.open("other", &sealed).is_err(), "it is not another key");
        let why = secret(&random()).open("kid", &sealed).expect_err("another secret").to_string();
        assert!(why.contains("another secret → give all nodes the same auth.key_secret_file"), "{why}");
        assert!(ours.open("kid", &sealed[..NONCE_LEN]).is_err() && ours.open("kid", &[]).is_err());
    }

    #[test]
    fn a_former_secret_still_opens_and_the_first_one_seals() {
        let (old, new) = (random(), random());
        let sealed = secret(&old).seal("kid", b"private").expect("sealed");
        let both = secret(&format!("{new}\n\n{old}\n"));
        assert_eq!(both.open("kid", &sealed).expect("opened"), b"private");
        let again = both.seal("kid", b"private").expect("sealed");
        assert!(secret(&new).open("kid", &again).is_ok() && secret(&old).open("kid", &again).is_err());
    }

    #[test]
    fn a_secret_is_hexadecimal_or_base64_of_32_bytes() {
        let hex = bytes(HEX).expect("hexadecimal");
        assert_eq!((hex[1], hex[15], hex[16], hex[30]), (0x11, 0xff, 0xff, 0x11));
        assert_eq!(bytes(&BASE64_STANDARD.encode(hex)), Some(hex));
        for wrong in ["", "canary", &HEX[2..], &format!("{HEX}00"), &"z".repeat(64), &BASE64_STANDARD.encode([0; 31])] {
            let why = format!("{:#}", KeySecret::parse(wrong).expect_err(wrong));
            assert!(why.contains("openssl rand -base64 32") && !why.contains("canary"), "{why}");
        }
        assert!(KeySecret::parse(&format!("{HEX}\n").repeat(5)).is_err(), "too many");
    }

    #[test]
    fn a_file_that_others_may_read_is_refused_with_the_remedy() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("secret");
        let missing = format!("{:#}", KeySecret::read(&path).expect_err("none"));
        assert!(missing.contains("auth.key_secret_file"), "{missing}");
        fs::write(&path, HEX).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("changed");
        let why = KeySecret::read(&path).expect_err("open").to_string();
        assert!(why.contains("mode 640") && why.contains("chmod 600") && !why.contains(HEX), "{why}");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("changed");
        KeySecret::read(&path).expect("read");
    }
}
