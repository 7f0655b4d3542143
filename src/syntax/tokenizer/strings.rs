//! String literals, and f-strings with their replacement fields.
//!
//! Mirrors `tok_get_fstring_mode` and the string states of `tok_get_normal_mode`.

use super::super::token::TokenKind;
use super::{FString, Failure, MAX_EXPR_NESTING, MAX_FSTRING_LEVEL, Step, Tokenizer};

#[expect(
    clippy::unnecessary_box_returns,
    reason = "an error is rare, and large beside the unit that a step returns"
)]
impl Tokenizer<'_> {
    /// A string literal whose first quote is at `quote_at`.
    pub(super) fn string(&mut self, quote_at: usize) -> Step {
        let quote = self.bytes[quote_at];
        let triple = self.bytes[quote_at..].starts_with(&[quote, quote, quote]);
        let mut at = quote_at + if triple { 3 } else { 1 };
        let mut escaped_quote = false;
        loop {
            match self.bytes.get(at) {
                Some(b'\\') => {
                    at += 1;
                    escaped_quote |= self.bytes.get(at) == Some(&quote);
                    if at < self.bytes.len() {
                        at += 1;
                    }
                }
                Some(b'\n') if !triple => {
                    return Err(self.unterminated_string(quote, triple, escaped_quote, at));
                }
                None => return Err(self.unterminated_string(quote, triple, escaped_quote, at)),
                Some(&b) if b == quote => {
                    if !triple {
                        at += 1;
                        break;
                    }
                    if self.bytes[at..].starts_with(&[quote, quote, quote]) {
                        at += 3;
                        break;
                    }
                    at += 1;
                }
                Some(_) => at += 1,
            }
        }
        self.pos = at;
        self.push(TokenKind::String, self.start, self.pos);
        Ok(())
    }

    pub(super) fn unterminated_string(
        &mut self,
        quote: u8,
        triple: bool,
        escaped_quote: bool,
        at: usize,
    ) -> Failure {
        let size = if triple { 3 } else { 1 };
        // At the very end CPython has read the last line feed and stays on its line.
        let detected = self
            .lines
            .line(at.min(self.bytes.len().saturating_sub(1)) as u32);
        let detected = if triple { self.last_line() } else { detected };
        self.pos = self.start + 1;
        if let Some(fstring) = self.fstrings.last()
            && fstring.quote == quote
            && fstring.quote_size == size
        {
            return self.raise("f-string: expecting '}'");
        }
        if triple {
            self.raise(&format!(
                "unterminated triple-quoted string literal (detected at line {detected})"
            ))
        } else {
            let hint = if escaped_quote {
                "; perhaps you escaped the end quote?"
            } else {
                ""
            };
            self.raise(&format!(
                "unterminated string literal (detected at line {detected}){hint}"
            ))
        }
    }

    /// The number of the source's last line.
    pub(super) fn last_line(&self) -> i32 {
        self.lines.line(self.bytes.len().saturating_sub(1) as u32)
    }

    pub(super) fn fstring_start(&mut self, quote_at: usize, raw: bool) -> Step {
        let quote = self.bytes[quote_at];
        let triple = self.bytes[quote_at..].starts_with(&[quote, quote, quote]);
        let quote_size = if triple { 3 } else { 1 };
        self.pos = quote_at + quote_size;
        if self.fstrings.len() + 1 >= MAX_FSTRING_LEVEL {
            return Err(self.raise("too many nested f-strings"));
        }
        self.fstrings.push(FString {
            quote,
            quote_size,
            raw,
            start: self.start,
            in_field: false,
            in_format_spec: false,
            curly_bracket_depth: 0,
            curly_bracket_expr_start_depth: -1,
        });
        self.push(TokenKind::FStringStart, self.start, self.pos);
        Ok(())
    }

    /// `tok_get_fstring_mode`: text, the start of a replacement field, or the end.
    pub(super) fn fstring_token(&mut self) -> Step {
        self.start = self.pos;
        let (quote, quote_size, raw) = {
            let fstring = self.fstring();
            (fstring.quote, fstring.quote_size, fstring.raw)
        };
        if self.peek() == Some(b'{') && self.peek_at(1) != Some(b'{') {
            self.enter_field()?;
            return self.regular_token();
        }
        let closing = [quote; 3];
        if self.bytes[self.pos..].starts_with(&closing[..quote_size]) {
            self.pos += quote_size;
            self.fstrings.pop();
            self.push(TokenKind::FStringEnd, self.start, self.pos);
            return Ok(());
        }
        let mut named_escape = false;
        loop {
            let in_format_spec = {
                let fstring = self.fstring();
                fstring.in_format_spec && fstring.curly_bracket_expr_start_depth >= 0
            };
            let c = self.peek();
            match c {
                None => return Err(self.unterminated_fstring()),
                Some(b'\n') if quote_size == 1 => {
                    if in_format_spec {
                        let fstring = self.fstring();
                        fstring.in_field = true;
                        fstring.in_format_spec = false;
                        self.push(TokenKind::FStringMiddle, self.start, self.pos);
                        return Ok(());
                    }
                    return Err(self.unterminated_fstring());
                }
                Some(b'{') => {
                    if self.peek_at(1) != Some(b'{') || in_format_spec {
                        let end = self.pos;
                        self.enter_field()?;
                        self.push(TokenKind::FStringMiddle, self.start, end);
                    } else {
                        self.push(TokenKind::FStringMiddle, self.start, self.pos + 1);
                        self.pos += 2;
                    }
                    return Ok(());
                }
                Some(b'}') => {
                    if named_escape {
                        self.pos += 1;
                        self.push(TokenKind::FStringMiddle, self.start, self.pos);
                        return Ok(());
                    }
                    let doubled = self.peek_at(1) == Some(b'}');
                    let fstring = self.fstring();
                    if doubled && !in_format_spec && fstring.curly_bracket_depth == 0 {
                        self.push(TokenKind::FStringMiddle, self.start, self.pos + 1);
                        self.pos += 2;
                    } else {
                        fstring.in_field = true;
                        self.push(TokenKind::FStringMiddle, self.start, self.pos);
                    }
                    return Ok(());
                }
                Some(b'\\') => {
                    self.pos += 1;
                    match self.peek() {
                        Some(b'{' | b'}') if raw => {}
                        Some(c @ (b'{' | b'}')) => {
                            self.warn(format!("invalid escape sequence '\\{}'", char::from(c)));
                        }
                        Some(b'N') if !raw => {
                            self.pos += 1;
                            if self.peek() == Some(b'{') {
                                self.pos += 1;
                                named_escape = true;
                            }
                        }
                        Some(_) => self.pos += 1,
                        None => {}
                    }
                }
                Some(b) if b == quote => {
                    if self.bytes[self.pos..].starts_with(&closing[..quote_size]) {
                        self.push(TokenKind::FStringMiddle, self.start, self.pos);
                        return Ok(());
                    }
                    self.pos += 1;
                }
                Some(_) => self.pos += 1,
            }
        }
    }

    pub(super) fn fstring(&mut self) -> &mut FString {
        self.fstrings
            .last_mut()
            .expect("only called inside an f-string")
    }

    pub(super) fn enter_field(&mut self) -> Step {
        let fstring = self.fstring();
        fstring.curly_bracket_expr_start_depth += 1;
        if fstring.curly_bracket_expr_start_depth >= MAX_EXPR_NESTING {
            return Err(self.raise("f-string: expressions nested too deeply"));
        }
        fstring.in_field = true;
        Ok(())
    }

    pub(super) fn unterminated_fstring(&mut self) -> Failure {
        let detected = self
            .lines
            .line(self.pos.min(self.bytes.len().saturating_sub(1)) as u32);
        let (start, size) = {
            let fstring = self.fstring();
            (fstring.start, fstring.quote_size)
        };
        self.pos = start + 1;
        if size == 3 {
            self.raise(&format!(
                "unterminated triple-quoted f-string literal (detected at line {detected})"
            ))
        } else {
            self.raise(&format!(
                "unterminated f-string literal (detected at line {detected})"
            ))
        }
    }
}
