//! Just enough of Rust's lexical grammar to tell code, comments and literals apart without a parser.

/// A Rust file seen twice, both with the lines of the original: only its code, and only its comments.
#[derive(Debug)]
pub(super) struct Source {
    /// Comments and the insides of literals are blank.
    pub(super) code: String,
    /// Everything but comments is blank.
    pub(super) comments: String,
}

/// A function with its body: name, first line (from one) and number of lines.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Function {
    pub(super) name: String,
    pub(super) line: usize,
    pub(super) n_lines: usize,
}

#[derive(Clone, Copy)]
enum State {
    Code,
    LineComment,
    BlockComment { depth: usize },
    Text,
    RawText { hashes: usize },
}

impl Source {
    /// Separates code and comments of a Rust file.
    pub(super) fn parse(text: &str) -> Self {
        let chars: Vec<char> = text.chars().collect();
        let mut source = Self { code: String::new(), comments: String::new() };
        let mut state = State::Code;
        let mut at = 0;
        while at < chars.len() {
            let (next, length) = step(state, &chars, at);
            let is_comment = |state| matches!(state, State::LineComment | State::BlockComment { .. });
            let commented = is_comment(state) || is_comment(next);
            let in_code = matches!((state, next), (State::Code, State::Code)) && length == 1;
            for &letter in &chars[at..at + length] {
                let keep = |wanted: bool| if wanted || letter == '\n' { letter } else { ' ' };
                source.code.push(keep(in_code));
                source.comments.push(keep(commented));
            }
            state = next;
            at += length;
        }
        source
    }

    /// The line, from one, on which the file's own test module begins; past the end where there is none.
    pub(super) fn tests_line(&self) -> usize {
        let lines: Vec<&str> = self.code.lines().map(str::trim).collect();
        let is_module = |at: usize| {
            let after = lines[at + 1..].iter().find(|line| !line.is_empty() && !line.starts_with("#["));
            after.is_some_and(|line| line.starts_with("mod "))
        };
        (0..lines.len()).find(|&at| lines[at] == "#[cfg(test)]" && is_module(at)).unwrap_or(lines.len()) + 1
    }

    /// Every function that has a body, nested ones too.
    pub(super) fn functions(&self) -> Vec<Function> {
        let newlines = |text: &str| text.matches('\n').count();
        let mut functions = Vec::new();
        for start in word_places(&self.code, "fn") {
            let name: String = self.code[start + 2..].trim_start().chars().take_while(|&c| is_word(c)).collect();
            let Some(end) = body_end(self.code.as_bytes(), start) else { continue };
            // `fn(A) -> B` is a type.
            if !name.is_empty() {
                let line = 1 + newlines(&self.code[..start]);
                functions.push(Function { name, line, n_lines: 1 + newlines(&self.code[start..end]) });
            }
        }
        functions
    }
}

/// The state after the token at `at`, and the number of characters the token takes.
fn step(state: State, chars: &[char], at: usize) -> (State, usize) {
    let next = chars.get(at + 1).copied();
    match (state, chars[at]) {
        (State::Code, '/') if next == Some('/') => (State::LineComment, 2),
        (State::Code, '/') if next == Some('*') => (State::BlockComment { depth: 1 }, 2),
        (State::Code, '"') => (State::Text, 1),
        (State::Code, 'r') => raw_text(chars, at),
        (State::Code, '\'') => (State::Code, character(chars, at)),
        (State::LineComment, '\n') | (State::Text, '"') => (State::Code, 1),
        (State::BlockComment { depth }, '/') if next == Some('*') => (State::BlockComment { depth: depth + 1 }, 2),
        (State::BlockComment { depth: 1 }, '*') if next == Some('/') => (State::Code, 2),
        (State::BlockComment { depth }, '*') if next == Some('/') => (State::BlockComment { depth: depth - 1 }, 2),
        (State::Text, '\\') if next.is_some() => (State::Text, 2),
        (State::RawText { hashes }, '"') if count_hashes(chars, at + 1) >= hashes => (State::Code, 1 + hashes),
        _ => (state, 1),
    }
}

/// At an `r`: the start of a raw string, or a letter of a word.
fn raw_text(chars: &[char], at: usize) -> (State, usize) {
    // `br"` and `cr"` are raw strings too; any other letter before the `r` makes it part of a name.
    let before = at.checked_sub(1).map(|before| chars[before]);
    let starts_word = before.is_none_or(|c| !is_word(c)) || matches!(before, Some('b' | 'c'));
    let hashes = count_hashes(chars, at + 1);
    if starts_word && chars.get(at + 1 + hashes) == Some(&'"') {
        return (State::RawText { hashes }, 2 + hashes);
    }
    (State::Code, 1)
}

/// The length of a character literal at a quote; one where the quote begins a lifetime.
fn character(chars: &[char], at: usize) -> usize {
    match (chars.get(at + 1), chars.get(at + 2)) {
        (Some('\\'), _) => {
            // The escaped character itself may be a quote, so the search begins behind it.
            let end = chars[at + 3..].iter().position(|&c| c == '\'').map_or(chars.len(), |n| at + 4 + n);
            end - at
        }
        (Some(_), Some('\'')) => 3,
        _ => 1,
    }
}

fn count_hashes(chars: &[char], at: usize) -> usize {
    chars[at.min(chars.len())..].iter().take_while(|&&c| c == '#').count()
}

/// The place behind the brace that closes the body of the function at `start`; none for a declaration.
fn body_end(code: &[u8], start: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut brackets = 0_usize;
    for (at, byte) in code.iter().enumerate().skip(start) {
        match byte {
            b'(' | b'[' if depth == 0 => brackets += 1,
            b')' | b']' if depth == 0 => brackets = brackets.checked_sub(1)?,
            // The semicolon of `[u8; 4]` in a signature ends nothing.
            b';' if depth == 0 && brackets == 0 => return None,
            b'{' => depth += 1,
            b'}' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// Where `word` stands in `text` with no letter, digit or underscore on either side.
///
/// A word that ends in punctuation, as `print!` does, is bounded by that on its right.
pub(super) fn word_places(text: &str, word: &str) -> Vec<usize> {
    let bounded = |at: usize| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        let open_end = word.chars().next_back().is_some_and(is_word);
        !(before.is_some_and(is_word) || open_end && after.is_some_and(is_word))
    };
    text.match_indices(word).map(|(at, _)| at).filter(|&at| bounded(at)).collect()
}

/// Whether `word` stands in `text` by itself.
pub(super) fn has_word(text: &str, word: &str) -> bool {
    !word_places(text, word).is_empty()
}

/// Whether a path holds only tests.
pub(super) fn is_test_path(path: &str) -> bool {
    path.contains("/tests/") || path.ends_with("/tests.rs") || path.contains("/benches/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_code(text: &str, code: &str) {
        let found = Source::parse(text).code;
        assert_eq!(found.split_whitespace().collect::<Vec<_>>().join(" "), code, "{found:?}");
        assert_eq!(found.chars().count(), text.chars().count());
    }

    #[test]
    fn code_is_what_is_neither_comment_nor_literal() {
        check_code("a // b\nc", "a c");
        check_code("a /* b /* c */ d */ e", "a e");
        check_code("a(\"// b\", c)", "a( , c)");
        check_code("a(\"\\\"b\", c)", "a( , c)");
        check_code("a(r#\"b\"c\"#, d)", "a( , d)");
        check_code("bar(b'x', '\\'', '{', d)", "bar(b , , , d)");
        check_code("fn f<'a>(x: &'a str) {}", "fn f<'a>(x: &'a str) {}");
        check_code("for r in rows {}", "for r in rows {}");
    }

    #[test]
    fn comments_are_kept_apart() {
        let found = Source::parse("a(\"// no\"); // yes\n/* and */ b").comments;
        assert_eq!(found.split_whitespace().collect::<Vec<_>>(), ["//", "yes", "/*", "and", "*/"]);
    }

    #[test]
    fn functions_are_found_with_their_lengths() {
        let text = "fn a() {}\n\nimpl X {\n    fn b(x: [u8; 4]) -> u8 {\n        fn c() {\n        }\n        1\n    }\n}\n\
                    trait T {\n    fn d();\n}\ntype F = fn(u8) -> u8;\n";
        let found = Source::parse(text).functions();
        let found: Vec<_> = found.iter().map(|f| (f.name.as_str(), f.line, f.n_lines)).collect();
        assert_eq!(found, [("a", 1, 1), ("b", 4, 5), ("c", 5, 2)]);
    }

    #[test]
    fn braces_in_literals_close_nothing() {
        let found = Source::parse("fn a() {\n    b('}', \"}\");\n    // }\n}\n").functions();
        assert_eq!(found, [Function { name: "a".into(), line: 1, n_lines: 4 }]);
    }

    #[test]
    fn the_test_module_begins_at_its_attribute() {
        assert_eq!(Source::parse("a\n#[cfg(test)]\nmod tests {}\n").tests_line(), 2);
        assert_eq!(Source::parse("a\n#[cfg(test)]\nuse b;\nc\n").tests_line(), 5);
    }

    #[test]
    fn words_are_bounded() {
        assert_eq!(word_places("burn burner _burn burn::x", "burn"), [0, 18]);
        assert_eq!(word_places("eprint!(print!())", "print!"), [8]);
    }
}
