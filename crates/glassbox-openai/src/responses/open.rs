//! The items of an answer while they arrive.
//!
//! By the book, `output_index` says which item an event belongs to and `item_id` says the same. Copilot gives the same
//! item another id with every event, others leave the index out or give every item the same one. So the index
//! decides, the id where there is no index, and both where the index alone is not enough.

/// More items than any answer has: a hostile stream must not make us search for ever.
const MOST_ITEMS: usize = 1024;

/// An item that has begun.
#[derive(Debug, Default)]
pub(super) struct Open {
    index: Option<u64>,
    id: String,
    /// Whether it has arrived whole.
    pub(super) done: bool,
    pub(super) call: Option<Call>,
    /// The parts of which pieces were given.
    given: Vec<(Channel, Option<u64>)>,
}

/// A function call that was announced.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) number: u32,
    /// What was given of the arguments.
    pub(super) arguments: String,
}

/// What a piece is a piece of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Channel {
    Reasoning,
    Summary,
    Text,
}

impl Open {
    /// Notes that a piece of this part was given, or all of one without a number; whether it is the first.
    pub(super) fn give(&mut self, channel: Channel, part: Option<u64>) -> bool {
        let is_new = part.is_none() || !self.given.contains(&(channel, part));
        if is_new {
            self.given.push((channel, part));
        }
        is_new
    }

    /// Of how many parts something was given. Some hosts do not begin to count at 0, so the numbers say nothing of
    /// the finished item.
    pub(super) fn given(&self, channel: Channel) -> usize {
        let given = self.given.iter();
        given.filter(|(of, _)| *of == channel).count()
    }

    pub(super) const fn has_given_anything(&self) -> bool {
        !self.given.is_empty()
    }
}

#[derive(Debug, Default)]
pub(super) struct OpenItems(Vec<Open>);

impl OpenItems {
    /// An item begins. `None` where there are too many.
    pub(super) fn begin(&mut self, index: Option<u64>, id: &str) -> Option<&mut Open> {
        if self.0.len() >= MOST_ITEMS {
            return None;
        }
        self.0.push(Open {
            index,
            id: id.to_owned(),
            ..Open::default()
        });
        self.0.last_mut()
    }

    /// The item that an event belongs to, among those that are not done.
    pub(super) fn find(&mut self, index: Option<u64>, id: &str) -> Option<&mut Open> {
        let matches: [&dyn Fn(&Open) -> bool; 4] = [
            &|open| index.is_some() && open.index == index && open.id == id,
            &|open| index.is_some() && open.index == index,
            &|open| !id.is_empty() && open.id == id,
            &|open| {
                let is_nameless = index.is_none() && id.is_empty();
                is_nameless || (open.index.is_none() && open.id.is_empty())
            },
        ];
        let at = matches
            .iter()
            .find_map(|is_it| self.0.iter().rposition(|open| !open.done && is_it(open)))?;
        self.0.get_mut(at)
    }

    /// Whether the item at this place of the finished output was among the first `count`.
    pub(super) fn has(&self, count: usize, place: usize, id: &str) -> bool {
        let mut all = self.0.iter().take(count).enumerate();
        all.any(|(at, open)| {
            let at = open.index.unwrap_or(at as u64);
            open.done && (at == place as u64 || (!id.is_empty() && open.id == id))
        })
    }

    pub(super) const fn len(&self) -> usize {
        self.0.len()
    }
}
