//! The properties that the fuzzers hold, held with what lies in `fuzz/seeds`: inputs that were written by hand, and those
//! that once broke one. A file that did is named after what was wrong.

#![expect(clippy::unwrap_used, reason = "a test may simply unwrap")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use glassbox_e2e::properties::{PROPERTIES, hold};

/// In how many places a seed is cut off, too.
const PLACES: usize = 24;

fn folder(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    root.join("fuzz").join(name)
}

/// The names in a folder, without what follows the point.
fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    let stem = |path: PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned();
    entries.map(|entry| stem(entry.unwrap().path())).collect()
}

/// Holds a property with every seed, and with every seed cut off.
fn hold_seeds(property: &str) {
    let folder = folder("seeds").join(property);
    for name in names(&folder) {
        let seed = fs::read(folder.join(&name)).unwrap();
        // What fails is captured with the test, which does not know the seed.
        #[expect(clippy::print_stderr, reason = "a test that fails says where")]
        {
            eprintln!("{property}/{name}");
        }
        hold(property, &seed);
        let step = (seed.len() / PLACES).max(1);
        for end in (0..seed.len()).step_by(step) {
            hold(property, &seed[..end]);
        }
    }
}

#[test]
fn every_property_has_a_target_a_dictionary_and_seeds() {
    let known: BTreeSet<String> = PROPERTIES.iter().map(|(name, _)| (*name).into()).collect();
    assert_eq!(names(&folder("targets")), known);
    assert_eq!(names(&folder("seeds")), known);
    // A request is made out of numbers.
    let spelt: BTreeSet<String> = known.into_iter().filter(|name| name != "encode").collect();
    assert_eq!(names(&folder("dictionaries")), spelt);
}

macro_rules! held {
    ($($property:ident,)*) => {
        $(
            #[test]
            fn $property() {
                hold_seeds(stringify!($property));
            }
        )*

        #[test]
        fn every_property_is_held() {
            let held = [$(stringify!($property)),*];
            let known: Vec<&str> = PROPERTIES.iter().map(|(name, _)| *name).collect();
            assert_eq!(held[..], known);
        }
    };
}

held! {
    anthropic,
    bedrock,
    chat,
    cohere,
    embeddings,
    encode,
    error_body,
    event_stream,
    gemini,
    ndjson,
    ollama,
    responses,
    sse,
}
