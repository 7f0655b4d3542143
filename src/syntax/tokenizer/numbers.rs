//! Number literals: where they end, and what is wrong with them.
//!
//! Mirrors the number states of `tok_get_normal_mode`.

use super::super::token::TokenKind;
use super::{Step, Tokenizer};

impl Tokenizer<'_> {
    pub(super) fn number(&mut self) -> Step {
        if self.peek() == Some(b'0') {
            let (radix, kind) = match self.peek_at(1) {
                Some(b'x' | b'X') => (16, "hexadecimal"),
                Some(b'o' | b'O') => (8, "octal"),
                Some(b'b' | b'B') => (2, "binary"),
                _ => return self.number_from_zero(),
            };
            self.pos += 2;
            return self.prefixed_number(radix, kind);
        }
        if self.peek() != Some(b'.') {
            self.decimal_tail()?;
        }
        self.after_integer_part("decimal")
    }

    pub(super) fn prefixed_number(&mut self, radix: u32, kind: &str) -> Step {
        let is_digit = |b: u8| char::from(b).is_digit(radix);
        loop {
            if self.peek() == Some(b'_') {
                self.pos += 1;
            }
            if !self.peek().is_some_and(is_digit) {
                if let Some(c) = self
                    .peek()
                    .filter(|c| c.is_ascii_digit() && kind != "hexadecimal")
                {
                    self.pos += 1;
                    return Err(self.raise(&format!(
                        "invalid digit '{}' in {kind} literal",
                        char::from(c)
                    )));
                }
                return Err(self.raise(&format!("invalid {kind} literal")));
            }
            while self.peek().is_some_and(is_digit) {
                self.pos += 1;
            }
            if self.peek() != Some(b'_') {
                break;
            }
        }
        if let Some(c) = self.peek().filter(u8::is_ascii_digit) {
            self.pos += 1;
            return Err(self.raise(&format!(
                "invalid digit '{}' in {kind} literal",
                char::from(c)
            )));
        }
        self.verify_end_of_number(kind)?;
        self.push(TokenKind::Number, self.start, self.pos);
        Ok(())
    }

    /// A number that begins with 0: zeros alone, or a float or an imaginary.
    pub(super) fn number_from_zero(&mut self) -> Step {
        self.pos += 1;
        let mut nonzero = false;
        loop {
            if self.peek() == Some(b'_') {
                self.pos += 1;
                if !self.peek().is_some_and(|b| b.is_ascii_digit()) {
                    return Err(self.raise("invalid decimal literal"));
                }
            }
            if self.peek() != Some(b'0') {
                break;
            }
            self.pos += 1;
        }
        let zeros_end = self.pos;
        if self.peek().is_some_and(|b| b.is_ascii_digit()) {
            nonzero = true;
            self.decimal_tail()?;
        }
        if nonzero && !matches!(self.peek(), Some(b'.' | b'e' | b'E' | b'j' | b'J')) {
            let line = self.lines.line(self.start as u32);
            let line_start = self.lines.start_of(line) as usize;
            let mut error = self.raise(
                "leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers",
            );
            error.error.offset = Some((self.start + 1 - line_start) as i32);
            error.error.end_offset = Some((zeros_end + 1 - line_start) as i32);
            return Err(error);
        }
        self.after_integer_part("decimal")
    }

    /// Digits with single underscores between.
    pub(super) fn decimal_tail(&mut self) -> Step {
        loop {
            while self.peek().is_some_and(|b| b.is_ascii_digit()) {
                self.pos += 1;
            }
            if self.peek() != Some(b'_') {
                return Ok(());
            }
            self.pos += 1;
            if !self.peek().is_some_and(|b| b.is_ascii_digit()) {
                return Err(self.raise("invalid decimal literal"));
            }
        }
    }

    /// The fraction, the exponent and the `j` of a number.
    pub(super) fn after_integer_part(&mut self, kind: &str) -> Step {
        let mut kind = kind;
        if self.peek() == Some(b'.') {
            self.pos += 1;
            if self.peek().is_some_and(|b| b.is_ascii_digit()) {
                self.decimal_tail()?;
            }
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(self.peek_at(1), Some(b'+' | b'-')));
            if self.peek_at(1 + sign).is_some_and(|b| b.is_ascii_digit()) {
                self.pos += 1 + sign;
                self.decimal_tail()?;
            } else if sign == 1 {
                self.pos += 2;
                return Err(self.raise("invalid decimal literal"));
            } else {
                // `1else`: the letter may begin a keyword.
                self.verify_end_of_number("decimal")?;
                self.push(TokenKind::Number, self.start, self.pos);
                return Ok(());
            }
        }
        if matches!(self.peek(), Some(b'j' | b'J')) {
            self.pos += 1;
            kind = "imaginary";
        }
        self.verify_end_of_number(kind)?;
        self.push(TokenKind::Number, self.start, self.pos);
        Ok(())
    }

    /// `verify_end_of_number`: a keyword may follow at once, with a warning; a name may not.
    pub(super) fn verify_end_of_number(&mut self, kind: &str) -> Step {
        let rest = &self.bytes[self.pos..];
        let Some(&c) = rest.first() else {
            return Ok(());
        };
        let in_name = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_' || *b >= 0x80;
        // Of these only the first two letters are looked at.
        let keyword = [b"if", b"in", b"is"]
            .iter()
            .any(|keyword| rest.starts_with(*keyword))
            || [&b"and"[..], b"else", b"for", b"or", b"not"]
                .iter()
                .any(|keyword| {
                    rest.strip_prefix(*keyword)
                        .is_some_and(|after| !after.first().is_some_and(in_name))
                });
        if keyword {
            self.warn(format!("invalid {kind} literal"));
            return Ok(());
        }
        if c.is_ascii_alphanumeric() || c == b'_' {
            return Err(self.raise(&format!("invalid {kind} literal")));
        }
        Ok(())
    }
}
