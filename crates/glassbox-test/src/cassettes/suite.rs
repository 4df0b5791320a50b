use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use glassbox_core::{CompletionModel, ErrorKind, Request};
use glassbox_http::{MemoryResponse, MemoryTransport};
use serde_json::Value;

use super::{Counts, Reading, Recording, same};

/// A file, a field of the oracle's, and why the oracle is wrong there or means something else than we do.
pub type Exception = (&'static str, &'static str, &'static str);

/// Pieces of these sizes are tried on every answer.
const SIZES: [usize; 4] = [1, 3, 61, 4096];

/// The recordings that an adapter claims.
#[derive(Clone, Debug)]
pub struct Recordings(Vec<Recording>);

impl Recordings {
    /// The recordings of these APIs in the folder that `GLASSBOX_CASSETTES` names, or else in `shared/cassettes`
    /// beside the workspace. `None`, said on standard output, where there is no such folder.
    ///
    /// # Panics
    ///
    /// Where the folder holds no index, or a file cannot be read.
    #[must_use]
    pub fn from_env(apis: &[&str]) -> Option<Self> {
        #[expect(clippy::disallowed_methods, reason = "this is `from_env`")]
        let named = std::env::var("GLASSBOX_CASSETTES").ok().map(PathBuf::from);
        let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/cassettes");
        let folder = named.unwrap_or(beside);
        if !folder.join("INDEX.jsonl").is_file() {
            #[expect(clippy::print_stdout, reason = "a skipped test says so")]
            {
                println!("skipped: there is no cassettes folder (GLASSBOX_CASSETTES)");
            }
            return None;
        }
        Some(Self::open(&folder, apis))
    }

    /// The recordings of these APIs in a folder.
    ///
    /// # Panics
    ///
    /// As [`from_env`](Self::from_env).
    #[must_use]
    pub fn open(folder: &Path, apis: &[&str]) -> Self {
        let rows = |name: &str| {
            let text = read(&folder.join(name));
            let rows = text.lines().map(|row| parse(name, row.as_bytes()));
            rows.collect::<Vec<Value>>()
        };
        let oracle = rows("ORACLE.jsonl").into_iter().map(|row| {
            let file = row["file"].as_str().unwrap_or_default().to_owned();
            (file, row)
        });
        let mut oracle: BTreeMap<String, Value> = oracle.collect();
        let index = rows("INDEX.jsonl").into_iter();
        let index = index.filter(|row| row["api"].as_str().is_some_and(|api| apis.contains(&api)));
        let recordings = index.map(|row| {
            let file = row["file"].as_str().unwrap_or_default();
            let exchange = parse(file, read(&folder.join(file)).as_bytes());
            Recording::read(&row, &exchange, oracle.remove(file).unwrap_or_default())
        });
        Self(recordings.collect())
    }

    /// Those of them that an adapter claims: others may have the same name for their API.
    #[must_use]
    pub fn claimed(mut self, claim: impl Fn(&Recording) -> bool) -> Self {
        self.0.retain(claim);
        self
    }

    /// The same recordings, each corrected by `correct`: where the index or the oracle says something else than the
    /// adapter's host means by it.
    #[must_use]
    pub fn corrected(mut self, correct: impl Fn(&mut Recording)) -> Self {
        self.0.iter_mut().for_each(correct);
        self
    }

    /// The recordings, in the order of the index.
    pub fn iter(&self) -> std::slice::Iter<'_, Recording> {
        self.0.iter()
    }

    /// Asserts that every answer is read as the oracle reads it, but for the exceptions, each of which is needed.
    ///
    /// # Panics
    ///
    /// Where it is not so, with a line for each difference; where the oracle has no row; and where nothing is claimed.
    pub async fn assert_read<M: CompletionModel>(
        &self,
        model: impl Fn(&Recording, MemoryTransport) -> M + Send + Sync,
        exceptions: &[Exception],
    ) {
        let mut counts = Counts::new();
        let mut lines = Vec::new();
        let mut unused: Vec<&Exception> = exceptions.iter().collect();
        for recording in self {
            let file = &recording.file;
            assert!(
                recording.oracle.is_object(),
                "{file}: the oracle has no row of it"
            );
            let transport = MemoryTransport::new().with(recording.response(61));
            let reading = recording.reading(&model(recording, transport)).await;
            let mut differences = recording.differences(&reading);
            let excepts = |(file, field, _): &Exception, which: &str| {
                *file == recording.file && *field == which
            };
            unused.retain(|exception| {
                !differences
                    .iter()
                    .any(|(field, _)| excepts(exception, field))
            });
            differences
                .retain(|(field, _)| !exceptions.iter().any(|exception| excepts(exception, field)));
            counts.add(&recording.folder, differences.is_empty());
            let said = differences.into_iter();
            lines.extend(said.map(|(_, line)| format!("{}: {line}", recording.file)));
        }
        counts.report("answers read as the oracle reads them, or excepted");
        assert!(lines.is_empty(), "{}", lines.join("\n"));
        assert!(
            unused.is_empty(),
            "exceptions that nothing needs: {unused:?}"
        );
        assert!(counts.total() > 0, "no recording is claimed");
    }

    /// Asserts that every answer is read the same, event by event, however its body is cut.
    ///
    /// # Panics
    ///
    /// Where it is not.
    pub async fn assert_cut<M: CompletionModel>(
        &self,
        model: impl Fn(&Recording, MemoryTransport) -> M + Send + Sync,
    ) {
        for recording in self {
            let model = |size| {
                let transport = MemoryTransport::new().with(recording.response(size));
                model(recording, transport)
            };
            let whole = recording.reading(&model(usize::MAX)).await;
            for size in SIZES {
                let cut = recording.reading(&model(size)).await;
                let file = &recording.file;
                assert_eq!(cut.events, whole.events, "{file}: in pieces of {size}");
                assert_eq!(cut.response, whole.response, "{file}: in pieces of {size}");
                let said = |reading: &Reading| reading.error.as_ref().map(ToString::to_string);
                assert_eq!(said(&cut), said(&whole), "{file}: in pieces of {size}");
            }
        }
    }

    /// Asserts that every recorded request that our types can express is written as it was recorded.
    ///
    /// `express` makes a request of ours of a recorded one, or says why it cannot; `normal` takes out of a body, the
    /// written or the recorded, what makes no difference. A request that the adapter refuses as
    /// [`Unsupported`](ErrorKind::Unsupported) must have been refused by the host, with status 400.
    ///
    /// # Panics
    ///
    /// Where it is not so, with both bodies.
    pub async fn assert_written<M: CompletionModel>(
        &self,
        model: impl Fn(&Recording, MemoryTransport) -> M + Send + Sync,
        express: impl Fn(&Recording, &Value) -> Result<Request, String> + Send + Sync,
        normal: impl Fn(&Recording, &Value) -> Value + Send + Sync,
    ) {
        let (mut counts, mut reasons) = (Counts::new(), Counts::new());
        let mut lines = Vec::new();
        for recording in self {
            let file = &recording.file;
            let Some(body) = &recording.request else {
                continue;
            };
            let request = match express(recording, body) {
                Ok(request) => request,
                Err(reason) => {
                    reasons.add(&reason, false);
                    continue;
                }
            };
            let transport = MemoryTransport::new().with(MemoryResponse::new(500));
            let model = model(recording, transport.clone());
            let failed = model.stream(request).await.err();
            let error = failed.unwrap_or_else(|| panic!("{file}: a status of 500 is no error"));
            if error.kind() == ErrorKind::Unsupported {
                assert_eq!(recording.status, 400, "{file}: {error}");
                reasons.add(&error.to_string(), false);
                continue;
            }
            let sent = transport.requests().pop();
            let sent = sent.map(|sent| normal(recording, &parse(file, sent.body())));
            let expected = normal(recording, body);
            let good = sent.as_ref().is_some_and(|sent| same(sent, &expected));
            counts.add(&recording.folder, good);
            if !good {
                let sent = sent.map_or_else(|| format!("{error:?}"), |sent| sent.to_string());
                lines.push(format!("{file}:\n  {sent}\n  {expected}"));
            }
        }
        counts.report("requests written as they were recorded");
        reasons.report("requests that our types cannot express, by the reason");
        assert!(lines.is_empty(), "{}", lines.join("\n"));
    }
}

impl<'a> IntoIterator for &'a Recordings {
    type Item = &'a Recording;
    type IntoIter = std::slice::Iter<'a, Recording>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn parse(file: &str, bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap_or_else(|error| panic!("{file}: {error}"))
}
