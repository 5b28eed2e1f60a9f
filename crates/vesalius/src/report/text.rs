//! Numbers and lists as a journal prints them.

/// A count with commas between thousands.
pub(super) fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (idx, digit) in digits.chars().enumerate() {
        if idx > 0 && (digits.len() - idx).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 case`, `4,708 cases`.
pub(super) fn counted(n: u64, singular: &str, plural: &str) -> String {
    format!("{} {}", count(n), if n == 1 { singular } else { plural })
}

/// Three decimals and a true minus sign; what is not quite 0 or 1 is not rounded to it.
pub(super) fn decimal(value: f64) -> String {
    match value {
        _ if value > 0.0 && value < 0.0005 => "<0.001".to_owned(),
        _ if (0.9995..1.0).contains(&value) => ">0.999".to_owned(),
        _ => format!("{:.3}", value + 0.0).replace('-', "−"),
    }
}

/// A number as short as it can be said: whole numbers whole, others with up to four significant digits.
pub(super) fn short(value: f64) -> String {
    if value.fract().abs() < 1e-9 && value.abs() < 1e12 {
        let sign = if value < -0.5 { "−" } else { "" };
        return format!("{sign}{}", count(value.abs().round() as u64));
    }
    let decimals = (3 - value.abs().log10().floor() as i32).clamp(1, 8) as usize;
    format!("{value:.decimals$}").trim_end_matches('0').replace('-', "−")
}

/// `42 (13.5%)`, or the count alone where there is nothing to divide by.
pub(super) fn count_of(n: u64, total: u64) -> String {
    if total == 0 {
        return count(n);
    }
    format!("{} ({:.1}%)", count(n), 100.0 * n as f64 / total as f64)
}

/// `95%`, `99.9%`.
pub(super) fn level(level: f64) -> String {
    let percent = format!("{:.2}", 100.0 * level);
    format!("{}%", percent.trim_end_matches('0').trim_end_matches('.'))
}

/// `a, b and c`.
pub(super) fn list<T: AsRef<str>>(items: &[T]) -> String {
    match items {
        [] => String::new(),
        [only] => only.as_ref().to_owned(),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", first.join(", "), last.as_ref())
        }
    }
}

/// `exact-duplicates` → `Exact duplicates`.
pub(super) fn title(name: &str) -> String {
    let words = name.replace(['-', '_'], " ");
    let mut characters = words.chars();
    characters.next().map_or(String::new(), |first| first.to_uppercase().chain(characters).collect())
}

/// A sentence begins with a capital and ends with a full stop; messages of the artefacts do neither.
pub(super) fn sentence(message: &str) -> String {
    let message = message.trim();
    let mut characters = message.chars();
    let Some(first) = characters.next() else { return String::new() };
    // A first word with capitals inside is a name, which is left as it is.
    let word = message.split_whitespace().next().unwrap_or("");
    let is_plain = word.chars().all(|character| character.is_lowercase() || character == ',');
    let start: String = if is_plain { first.to_uppercase().collect() } else { first.to_string() };
    let stop = if message.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{start}{}{stop}", characters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_like_a_journal() {
        let check = |text: String, expected: &str| assert_eq!(text, expected);
        check(count(0), "0");
        check(count(999), "999");
        check(count(4708), "4,708");
        check(count(1_234_567), "1,234,567");
        check(decimal(-0.0512), "−0.051");
        check(decimal(-0.0), "0.000");
        check(decimal(0.0004), "<0.001");
        check(decimal(0.9996), ">0.999");
        check(decimal(1.0), "1.000");
        check(short(8.0), "8");
        check(short(-3.0), "−3");
        check(short(2.874), "2.874");
        check(short(0.001_562_7), "0.001563");
        check(count_of(1, 3), "1 (33.3%)");
        check(count_of(0, 0), "0");
        check(level(0.95), "95%");
        check(level(0.999), "99.9%");
    }

    #[test]
    fn words_read_like_sentences() {
        assert_eq!(list(&["a", "b", "c"]), "a, b and c");
        assert_eq!(title("exact-duplicates"), "Exact duplicates");
        assert_eq!(sentence("no case"), "No case.");
        assert_eq!(sentence("PneumoniaMNIST has one."), "PneumoniaMNIST has one.");
        assert_eq!(sentence("train-01 is odd"), "train-01 is odd.");
    }
}
