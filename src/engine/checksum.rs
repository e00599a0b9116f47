//! Digests: as users write them, as servers send them, and as bytes have them. Pure rules over text and readers.

use std::io::{self, Read};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::digest::{Digest as _, DynDigest};

use super::error::{ErrorClass, TransferError};
use super::options::{Algorithm, Checksum};

/// Reads `ALGO:HEX`.
///
/// # Errors
/// Says in words what is wrong with it.
pub fn parse(text: &str) -> Result<Checksum, String> {
    let (name, hex) = text.split_once(':').ok_or("write ALGO:HEX, such as sha256:9f86d0…")?;
    let algorithm = ALGORITHMS.into_iter().find(|algorithm| algorithm.name().eq_ignore_ascii_case(name));
    let Some(algorithm) = algorithm else {
        return Err("the kinds are sha256, sha512, sha1 and md5".to_owned());
    };
    let digits = hex.trim();
    if digits.len() != 2 * algorithm.length() {
        return Err(format!("a {} has {} hex digits", algorithm.name(), 2 * algorithm.length()));
    }
    let pair = |pair: &[u8]| {
        let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        Some(digit(pair[0])? << 4 | digit(pair[1])?)
    };
    let digest = digits.as_bytes().chunks_exact(2).map(pair).collect::<Option<Vec<u8>>>();
    digest.map(|digest| Checksum { algorithm, digest }).ok_or_else(|| "that is no hex number".to_owned())
}

/// As [`parse`] reads it.
pub(super) fn text(checksum: &Checksum) -> String {
    format!("{}:{}", checksum.algorithm.name(), hex(&checksum.digest))
}

const ALGORITHMS: [Algorithm; 4] = [Algorithm::Sha256, Algorithm::Sha512, Algorithm::Sha1, Algorithm::Md5];

/// The digests in a `Repr-Digest` field (RFC 9530 section 3) that are worth checking. Others are passed over, as are
/// those that cannot be read: the field is a promise of the server's, and a broken promise of an unknown kind says
/// nothing about the bytes.
pub(super) fn of_header(field: &str) -> Vec<Checksum> {
    let member = |member: &str| {
        let (key, value) = member.trim().split_once('=')?;
        let algorithm = match key {
            "sha-256" => Algorithm::Sha256,
            "sha-512" => Algorithm::Sha512,
            _ => return None,
        };
        let (value, _) = value.split_once(';').unwrap_or((value, ""));
        let digest = STANDARD.decode(value.trim_end().strip_prefix(':')?.strip_suffix(':')?).ok()?;
        (digest.len() == algorithm.length()).then_some(Checksum { algorithm, digest })
    };
    field.split(',').filter_map(member).collect()
}

/// Digests of one body.
#[derive(Debug)]
pub(super) struct Digests(Vec<(Algorithm, Box<[u8]>)>);

impl Digests {
    /// Reads a body once for all of `algorithms`.
    pub(super) fn read(mut body: impl Read, algorithms: &[Algorithm]) -> io::Result<Self> {
        let mut states: Vec<_> = algorithms.iter().map(|algorithm| (*algorithm, state(*algorithm))).collect();
        let mut buffer = vec![0; 128 * 1024];
        loop {
            match body.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => states.iter_mut().for_each(|(_, state)| state.update(&buffer[..count])),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Self(states.into_iter().map(|(algorithm, state)| (algorithm, state.finalize())).collect()))
    }

    /// The digest in hex, if it was asked for.
    pub(super) fn hex(&self, algorithm: Algorithm) -> Option<String> {
        self.of(algorithm).map(hex)
    }

    /// # Errors
    /// Where the body has another digest.
    pub(super) fn check(&self, wanted: &Checksum, whose: &str) -> Result<(), TransferError> {
        let name = wanted.algorithm.name();
        match self.of(wanted.algorithm) {
            Some(digest) if digest == wanted.digest => Ok(()),
            Some(digest) => {
                let detail = format!("the {name} is {}, {whose} {}", hex(digest), hex(&wanted.digest));
                Err(TransferError::new(ErrorClass::Checksum, detail))
            }
            None => Err(TransferError::new(ErrorClass::Internal, format!("the {name} was not computed"))),
        }
    }

    fn of(&self, algorithm: Algorithm) -> Option<&[u8]> {
        self.0.iter().find(|(known, _)| *known == algorithm).map(|(_, digest)| &**digest)
    }
}

fn state(algorithm: Algorithm) -> Box<dyn DynDigest> {
    match algorithm {
        Algorithm::Sha256 => Box::new(sha2::Sha256::new()),
        Algorithm::Sha512 => Box::new(sha2::Sha512::new()),
        Algorithm::Sha1 => Box::new(sha1::Sha1::new()),
        Algorithm::Md5 => Box::new(md5::Md5::new()),
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // A string takes everything.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of `abc`, from the standards.
    const KNOWN: [(Algorithm, &str); 4] = [
        (Algorithm::Sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            Algorithm::Sha512,
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
             2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        ),
        (Algorithm::Sha1, "a9993e364706816aba3e25717850c26c9cd0d89d"),
        (Algorithm::Md5, "900150983cd24fb0d6963f7d28e17f72"),
    ];

    #[test]
    fn known_answers() {
        let digests = Digests::read(&b"abc"[..], &ALGORITHMS).expect("memory can be read");
        let other = Digests::read(&b"abd"[..], &ALGORITHMS).expect("memory can be read");
        for (algorithm, expected) in KNOWN {
            assert_eq!(digests.hex(algorithm).as_deref(), Some(expected));
            let wanted = parse(&format!("{}:{}", algorithm.name().to_uppercase(), expected.to_uppercase()));
            let wanted = wanted.expect("a checksum");
            assert_eq!(digests.check(&wanted, "not"), Ok(()));
            let error = other.check(&wanted, "not").expect_err("other bytes");
            assert_eq!((error.class, error.is_transient()), (ErrorClass::Checksum, false));
        }
    }

    #[test]
    fn what_is_no_checksum_is_refused_in_words() {
        for text in ["", "sha256", "crc32:00000000", "md5:", "md5:900150983cd24fb0d6963f7d28e17f7", "sha256:zz"] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(parse(&format!("md5:{}", "g".repeat(32))).is_err());
        assert!(parse(&format!("md5:{}", "é".repeat(16))).is_err());
        assert!(parse("md5:+00150983cd24fb0d6963f7d28e17f72").is_err());
    }

    #[test]
    fn only_sound_members_of_the_field_count() {
        let sha256 = "sha-256=:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=:";
        for (field, count) in [
            (sha256.to_owned(), 1),
            (format!("md5=:kAFQmDzST7DWlj99KOF/cg==:, {sha256};x=1 , unixsum=1"), 1),
            (sha256.replace("0=:", "0:"), 0),
            (sha256.replace("ung", "!!!"), 0),
            ("sha-256=:aGk=:".to_owned(), 0),
            ("sha-256=\"ungWv48Bz\"".to_owned(), 0),
            ("sha-256".to_owned(), 0),
            (String::new(), 0),
        ] {
            assert_eq!(of_header(&field).len(), count, "{field}");
        }
        let digests = Digests::read(&b"abc"[..], &[Algorithm::Sha256]).expect("memory can be read");
        assert_eq!(digests.check(&of_header(sha256)[0], "not"), Ok(()));
    }
}
