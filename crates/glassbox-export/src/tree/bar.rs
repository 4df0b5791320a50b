//! A span on the time axis.

use std::time::Duration;

/// Eighths of a cell, filled from the left.
const EIGHTHS: [char; 8] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
const FULL: char = '█';
const RIGHT_HALF: char = '▐';

/// A bar of `cells` columns for a span that begins `offset` after the trace and lasts `duration`.
/// However short, it shows; however odd the clock, it stays on the axis.
pub(super) fn bar(
    offset: Duration,
    duration: Duration,
    total: Duration,
    cells: usize,
    ascii: bool,
) -> String {
    let end = offset.saturating_add(duration).min(total);
    if ascii {
        let from = position(offset, total, cells).min(cells - 1);
        let to = position(end, total, cells).clamp(from + 1, cells);
        return (0..cells)
            .map(|cell| if (from..to).contains(&cell) { '=' } else { ' ' })
            .collect();
    }
    let last = cells * 8 - 1;
    let from = position(offset, total, cells * 8).min(last);
    let to = position(end, total, cells * 8).clamp(from + 1, last + 1);
    (0..cells).map(|cell| glyph(cell * 8, from, to)).collect()
}

/// The part of a bar from eighth `from` to `to` that lies in the cell that begins at `left`.
fn glyph(left: usize, from: usize, to: usize) -> char {
    let right = left + 8;
    if to <= left || from >= right {
        return ' ';
    }
    match (from > left, to >= right) {
        (false, true) => FULL,
        (false, false) => EIGHTHS[to - left],
        // Only halves can begin inside a cell.
        (true, true) if from - left >= 4 => RIGHT_HALF,
        (true, true) => FULL,
        (true, false) => EIGHTHS[(to - from).max(1)],
    }
}

fn position(time: Duration, total: Duration, steps: usize) -> usize {
    let total = total.as_nanos().max(1);
    let position = time.as_nanos().min(total) * steps as u128 / total;
    usize::try_from(position).unwrap_or(steps)
}

#[cfg(test)]
mod tests;
