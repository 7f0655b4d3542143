//! What the program wrote so far, in lines, each piece with its moment.

use super::look::Look;
use crate::base::Moment;
use crate::events::Stream;

/// A piece of a line, written at one moment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Piece {
    pub moment: Moment,
    pub stream: Stream,
    pub text: String,
}

/// Pieces that make up one line of the console.
pub type Line = Vec<Piece>;

/// Pieces looked at, at most; what is older can be reached by going back in time.
const MOST_PIECES: usize = 20_000;

/// The lines written up to now.
pub fn lines(look: Look<'_>) -> Vec<Line> {
    let output = &look.state.output;
    let first = output.len().saturating_sub(MOST_PIECES);
    let pieces = (first..output.len())
        .filter_map(|index| output.get(index))
        .map(|piece| Piece {
            moment: Moment(piece.moment.0 + 1),
            stream: piece.stream,
            text: look.text(piece.text).to_owned(),
        });
    split(pieces)
}

/// Cuts pieces at line ends; a line may hold pieces of several moments.
fn split(pieces: impl Iterator<Item = Piece>) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut open: Line = Vec::new();
    for piece in pieces {
        let mut parts = piece.text.split('\n').peekable();
        while let Some(part) = parts.next() {
            if !part.is_empty() {
                match open.last_mut() {
                    Some(last) if last.moment == piece.moment && last.stream == piece.stream => {
                        last.text.push_str(part);
                    }
                    _ => open.push(Piece {
                        text: part.to_owned(),
                        ..piece.clone()
                    }),
                }
            }
            if parts.peek().is_some() {
                lines.push(std::mem::take(&mut open));
            }
        }
    }
    if !open.is_empty() {
        lines.push(open);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_joined_to_lines() {
        let piece = |moment, text: &str| Piece {
            moment: Moment(moment),
            stream: Stream::Stdout,
            text: text.to_owned(),
        };
        let lines = split([piece(1, "a"), piece(2, "b\nc\n"), piece(3, "d")].into_iter());
        let texts: Vec<String> = lines
            .iter()
            .map(|line| line.iter().map(|p| p.text.as_str()).collect())
            .collect();
        assert_eq!(texts, ["ab", "c", "d"]);
        assert_eq!(lines[0].len(), 2, "each piece keeps its moment");
    }
}
