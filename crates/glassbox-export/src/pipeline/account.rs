//! What an attempt changes in the counts, and the sentence about it.

use super::lane::{Backlog, Lane, PATIENCE};
use super::queue::Dropped;
use crate::report::SinkReport;
use crate::sink::Outcome;

/// Counts what an attempt did; returns the sentence about it if there is news.
pub(super) fn settle<B: Backlog>(
    lane: &mut Lane<B>,
    tally: &mut SinkReport,
    mut outcome: Outcome,
) -> Option<String> {
    let settled = outcome.settled();
    tally.pending = tally.pending.saturating_sub(settled);
    tally.exported += outcome.delivered;
    tally.rejected += outcome.rejected;
    tally.failed += outcome.lost();
    let is_setback = outcome
        .rest
        .as_ref()
        .is_some_and(|rest| rest.later.is_some());
    tally.retrying = is_setback;
    lane.settle(settled, outcome.rest.take());
    if outcome.lost() > 0 {
        let reason = outcome
            .reason
            .unwrap_or_else(|| "no reason given".to_owned());
        let lost = tally.signal.count(outcome.rejected + outcome.failed);
        let problem = format!("could not deliver {lost} to {}: {reason}", tally.target);
        tally.last_error = Some(reason);
        let was_failing = std::mem::replace(&mut lane.failing, true);
        return (!was_failing).then_some(problem);
    }
    if is_setback {
        tally.last_error = outcome.reason;
        // One that passes by itself is no news.
        let is_news = lane.setbacks == PATIENCE && !lane.failing;
        lane.failing |= is_news;
        return is_news.then(|| tally.waiting()).flatten();
    }
    if outcome.delivered > 0 {
        lane.failing = false;
    }
    if lane.is_idle() {
        lane.overflowing = false;
    }
    remark(lane, tally, outcome.reason?)
}

/// What the other side says although it took everything, once.
fn remark<B: Backlog>(lane: &mut Lane<B>, tally: &SinkReport, said: String) -> Option<String> {
    if lane.remark.as_ref() == Some(&said) {
        return None;
    }
    let sentence = format!("{} took all and says: {said}", tally.target);
    lane.remark = Some(said);
    Some(sentence)
}

/// Says that items are being dropped, when it begins.
pub(super) fn overflow<B: Backlog>(
    lane: &mut Lane<B>,
    tally: &SinkReport,
    before: Dropped,
) -> Option<String> {
    let mut tally = tally.clone();
    tally.drop(before);
    let is_news = tally.dropped > lane.dropped && !lane.overflowing;
    lane.dropped = tally.dropped;
    if !is_news {
        return None;
    }
    lane.overflowing = true;
    Some(tally.overflow())
}
