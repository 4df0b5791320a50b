use std::collections::BTreeMap;
use std::fmt;

/// How many there were of each kind, and how many of them were good: printed for people to see what a test covered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts(BTreeMap<String, [usize; 2]>);

impl Counts {
    /// Nothing counted.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Counts one of a kind.
    pub fn add(&mut self, kind: &str, good: bool) {
        let [goods, all] = self.0.entry(kind.to_owned()).or_default();
        *goods += usize::from(good);
        *all += 1;
    }

    /// How many there were of all kinds.
    #[must_use]
    pub fn total(&self) -> usize {
        self.0.values().map(|[_, all]| all).sum()
    }

    /// How many of them were good.
    #[must_use]
    pub fn good(&self) -> usize {
        self.0.values().map(|[good, _]| good).sum()
    }

    /// Prints the counts under a title.
    #[expect(clippy::print_stdout, reason = "the counts are for people")]
    pub fn report(&self, title: &str) {
        println!("{title}: {self}");
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.good(), self.total())?;
        for (kind, [good, all]) in &self.0 {
            write!(f, "\n  {kind}: {good} of {all}")?;
        }
        Ok(())
    }
}
