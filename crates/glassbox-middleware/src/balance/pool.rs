use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use tokio::time::Instant;

/// What is known of the models, and the dice.
#[derive(Debug)]
pub(super) struct Pool {
    members: Vec<Member>,
    dice: StdRng,
}

#[derive(Debug)]
struct Member {
    weight: u32,
    /// Until when it is left alone, since it failed. It stays when that time is over, until a trial has gone well.
    until: Option<Instant>,
    /// Whether a request is trying it out.
    on_trial: bool,
}

/// The model that was chosen.
#[derive(Debug)]
pub(super) struct Choice {
    pub(super) at: usize,
    /// Whether this request tries out whether the model is well again.
    pub(super) is_trial: bool,
    /// Those that were passed over because they failed lately.
    pub(super) cooling: Vec<usize>,
}

impl Pool {
    pub(super) fn new(weights: &[u32], seed: Option<u64>) -> Self {
        let member = |weight: &u32| Member {
            weight: *weight,
            until: None,
            on_trial: false,
        };
        Self {
            members: weights.iter().map(member).collect(),
            dice: StdRng::seed_from_u64(seed.unwrap_or_else(rand::random)),
        }
    }

    /// One that was not tried yet. `None` where all were.
    pub(super) fn choose(&mut self, tried: &[usize], now: Instant) -> Option<Choice> {
        let left = (0..self.members.len()).filter(|at| !tried.contains(at));
        let (ready, cooling): (Vec<usize>, Vec<usize>) =
            left.partition(|at| self.members[*at].is_ready(now));
        let at = match self.throw(&ready) {
            Some(at) => at,
            None => first_back(&self.members, &cooling)?,
        };
        let member = &mut self.members[at];
        let is_trial = member.until.is_some() && !member.on_trial;
        member.on_trial |= is_trial;
        Some(Choice {
            at,
            is_trial,
            cooling: cooling.into_iter().filter(|other| *other != at).collect(),
        })
    }

    /// By chance and by weight, or the first where none has any.
    fn throw(&mut self, ready: &[usize]) -> Option<usize> {
        let weight = |at: &usize| u64::from(self.members[*at].weight);
        let total: u64 = ready.iter().map(weight).sum();
        if total == 0 {
            return ready.first().copied();
        }
        let mut left = self.dice.random_range(0..total);
        ready.iter().copied().find(|at| {
            let weight = u64::from(self.members[*at].weight);
            let hit = left < weight;
            left = left.saturating_sub(weight);
            hit
        })
    }

    /// The chosen one answers. Where that was a trial, others may follow.
    pub(super) fn well(&mut self, choice: &mut Choice) {
        if self.given_up(choice) {
            self.members[choice.at].until = None;
        }
    }

    /// The chosen one failed, and is left alone for `wait`.
    pub(super) fn failed(&mut self, choice: &mut Choice, now: Instant, wait: Duration) {
        self.given_up(choice);
        let member = &mut self.members[choice.at];
        // What a provider asks for may be more than any clock holds.
        let until = now.checked_add(wait).unwrap_or(now + FAR);
        member.until = Some(member.until.map_or(until, |before| before.max(until)));
    }

    /// Nobody tries the chosen one out any more. Says whether this request did.
    pub(super) fn given_up(&mut self, choice: &mut Choice) -> bool {
        let was_trial = std::mem::take(&mut choice.is_trial);
        self.members[choice.at].on_trial &= !was_trial;
        was_trial
    }
}

impl Member {
    fn is_ready(&self, now: Instant) -> bool {
        match self.until {
            None => true,
            Some(until) => until <= now && !self.on_trial,
        }
    }
}

const FAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

fn first_back(members: &[Member], cooling: &[usize]) -> Option<usize> {
    let back = |at: &usize| members[*at].until;
    cooling.iter().copied().min_by_key(back)
}
