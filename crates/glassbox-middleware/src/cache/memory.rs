use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use super::{Key, Stored};

/// The answers that were used last.
#[derive(Debug)]
pub(super) struct Memory {
    most_entries: usize,
    most_bytes: usize,
    entries: HashMap<Key, Entry>,
    /// The keys by when they were used.
    order: BTreeMap<u64, Key>,
    bytes: usize,
    uses: u64,
}

#[derive(Debug)]
struct Entry {
    stored: Arc<Stored>,
    /// When it was made, since 1970.
    made: Duration,
    used: u64,
}

impl Memory {
    pub(super) fn new(most_entries: usize, most_bytes: usize) -> Self {
        Self {
            most_entries,
            most_bytes,
            entries: HashMap::new(),
            order: BTreeMap::new(),
            bytes: 0,
            uses: 0,
        }
    }

    /// An answer, and when it was made.
    pub(super) fn get(&mut self, key: &Key) -> Option<(Arc<Stored>, Duration)> {
        let entry = self.entries.get_mut(key)?;
        self.order.remove(&entry.used);
        self.uses += 1;
        entry.used = self.uses;
        self.order.insert(entry.used, *key);
        Some((Arc::clone(&entry.stored), entry.made))
    }

    pub(super) fn put(&mut self, key: Key, stored: Arc<Stored>, made: Duration) {
        self.remove(&key);
        let bytes = stored.bytes();
        if bytes > self.most_bytes || self.most_entries == 0 {
            return;
        }
        self.uses += 1;
        let used = self.uses;
        self.bytes += bytes;
        self.order.insert(used, key);
        self.entries.insert(key, Entry { stored, made, used });
        while self.entries.len() > self.most_entries || self.bytes > self.most_bytes {
            let Some((_, oldest)) = self.order.first_key_value() else {
                break;
            };
            let oldest = *oldest;
            self.remove(&oldest);
        }
    }

    fn remove(&mut self, key: &Key) {
        if let Some(entry) = self.entries.remove(key) {
            self.order.remove(&entry.used);
            self.bytes -= entry.stored.bytes();
        }
    }
}
