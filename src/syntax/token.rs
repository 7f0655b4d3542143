//! The kinds of tokens, and a token: a kind and a range of the source.
//!
//! Mirrors `Grammar/Tokens`; keywords have kinds of their own here, where CPython has `NAME`.

macro_rules! token_kinds {
    (
        plain { $($plain:ident $plain_name:literal,)* }
        operators { $($op:ident $op_name:literal $op_text:literal,)* }
        keywords { $($kw:ident $kw_text:literal,)* }
    ) => {
        /// What a token is.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        #[repr(u8)]
        pub enum TokenKind {
            $($plain,)* $($op,)* $($kw,)*
        }

        impl TokenKind {
            /// CPython's name of the exact token type, such as `NAME` or `LEFTSHIFTEQUAL`.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$plain => $plain_name,)*
                    $(Self::$op => $op_name,)*
                    $(Self::$kw => "NAME",)*
                }
            }

            /// The text of an operator or keyword; empty for the others.
            pub const fn text(self) -> &'static str {
                match self {
                    $(Self::$plain => "",)*
                    $(Self::$op => $op_text,)*
                    $(Self::$kw => $kw_text,)*
                }
            }

            /// Whether this is one of the operators and delimiters (`OP` for `tokenize`).
            pub const fn is_operator(self) -> bool {
                matches!(self, $(Self::$op)|*)
            }

            /// Whether this is a keyword (soft keywords are names).
            pub const fn is_keyword(self) -> bool {
                matches!(self, $(Self::$kw)|*)
            }

            /// The keyword that `text` spells, if it does.
            pub fn from_keyword(text: &str) -> Option<Self> {
                match text {
                    $($kw_text => Some(Self::$kw),)*
                    _ => None,
                }
            }
        }
    };
}

token_kinds! {
    plain {
        EndMarker "ENDMARKER",
        Name "NAME",
        Number "NUMBER",
        String "STRING",
        Newline "NEWLINE",
        Indent "INDENT",
        Dedent "DEDENT",
        FStringStart "FSTRING_START",
        FStringMiddle "FSTRING_MIDDLE",
        FStringEnd "FSTRING_END",
        Comment "COMMENT",
        Nl "NL",
        Op "OP",
    }
    operators {
        Lpar "LPAR" "(",
        Rpar "RPAR" ")",
        Lsqb "LSQB" "[",
        Rsqb "RSQB" "]",
        Colon "COLON" ":",
        Comma "COMMA" ",",
        Semi "SEMI" ";",
        Plus "PLUS" "+",
        Minus "MINUS" "-",
        Star "STAR" "*",
        Slash "SLASH" "/",
        Vbar "VBAR" "|",
        Amper "AMPER" "&",
        Less "LESS" "<",
        Greater "GREATER" ">",
        Equal "EQUAL" "=",
        Dot "DOT" ".",
        Percent "PERCENT" "%",
        Lbrace "LBRACE" "{",
        Rbrace "RBRACE" "}",
        EqEqual "EQEQUAL" "==",
        NotEqual "NOTEQUAL" "!=",
        LessEqual "LESSEQUAL" "<=",
        GreaterEqual "GREATEREQUAL" ">=",
        Tilde "TILDE" "~",
        Circumflex "CIRCUMFLEX" "^",
        LeftShift "LEFTSHIFT" "<<",
        RightShift "RIGHTSHIFT" ">>",
        DoubleStar "DOUBLESTAR" "**",
        PlusEqual "PLUSEQUAL" "+=",
        MinEqual "MINEQUAL" "-=",
        StarEqual "STAREQUAL" "*=",
        SlashEqual "SLASHEQUAL" "/=",
        PercentEqual "PERCENTEQUAL" "%=",
        AmperEqual "AMPEREQUAL" "&=",
        VbarEqual "VBAREQUAL" "|=",
        CircumflexEqual "CIRCUMFLEXEQUAL" "^=",
        LeftShiftEqual "LEFTSHIFTEQUAL" "<<=",
        RightShiftEqual "RIGHTSHIFTEQUAL" ">>=",
        DoubleStarEqual "DOUBLESTAREQUAL" "**=",
        DoubleSlash "DOUBLESLASH" "//",
        DoubleSlashEqual "DOUBLESLASHEQUAL" "//=",
        At "AT" "@",
        AtEqual "ATEQUAL" "@=",
        Rarrow "RARROW" "->",
        Ellipsis "ELLIPSIS" "...",
        ColonEqual "COLONEQUAL" ":=",
        Exclamation "EXCLAMATION" "!",
    }
    keywords {
        False "False",
        None "None",
        True "True",
        And "and",
        As "as",
        Assert "assert",
        Async "async",
        Await "await",
        Break "break",
        Class "class",
        Continue "continue",
        Def "def",
        Del "del",
        Elif "elif",
        Else "else",
        Except "except",
        Finally "finally",
        For "for",
        From "from",
        Global "global",
        If "if",
        Import "import",
        In "in",
        Is "is",
        Lambda "lambda",
        Nonlocal "nonlocal",
        Not "not",
        Or "or",
        Pass "pass",
        Raise "raise",
        Return "return",
        Try "try",
        While "while",
        With "with",
        Yield "yield",
    }
}

/// A token: its kind and its range in the source, in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Token {
    pub kind: TokenKind,
    /// How many brackets were open after it.
    pub level: u8,
    pub start: u32,
    pub end: u32,
}

impl Token {
    /// The token's own text.
    pub fn text<'s>(&self, source: &'s str) -> &'s str {
        &source[self.start as usize..self.end as usize]
    }
}
