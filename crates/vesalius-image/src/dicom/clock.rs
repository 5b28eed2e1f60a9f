//! Dates and times of DICOM as seconds.

/// Seconds of a day.
pub(crate) const DAY_S: f64 = 86_400.0;

/// Days since 1970-01-01 of a date `YYYYMMDD`, or `YYYY.MM.DD` as it was once; `None` where it is neither.
pub(crate) fn days(date: &str) -> Option<f64> {
    let digits: String = date.trim().split('.').collect();
    if digits.len() != 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (year, month, day) = (digits[..4].parse::<i64>().ok()?, digits[4..6].parse().ok()?, digits[6..].parse().ok()?);
    let is_date = year > 0 && (1..=12).contains(&month) && (1..=31).contains(&day);
    is_date.then(|| days_since_epoch(year, month, day) as f64)
}

/// Days from 1970-01-01 in the Gregorian calendar; a year begins in March, so that the odd day ends it.
fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year / 4 - year / 100 + year / 400;
    year * 365 + leap_days + (month * 153 + 2) / 5 + day - 1 - 719_468
}

/// Seconds since midnight of a time `HHMMSS.FFFFFF`, of which the end may be absent, or `HH:MM:SS`.
pub(crate) fn seconds(time: &str) -> Option<f64> {
    let digits: String = time.trim().split(':').collect();
    let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !matches!(whole.len(), 2 | 4 | 6) || !is_number(whole) || !is_number(fraction) {
        return None;
    }
    let part = |at: usize| whole.get(at..at + 2).map_or(Some(0.0), |text| text.parse::<f64>().ok());
    let (hour, minute, second) = (part(0)?, part(2)?, part(4)?);
    let fraction = if fraction.is_empty() { 0.0 } else { format!("0.{fraction}").parse::<f64>().ok()? };
    let is_time = hour < 24.0 && minute < 60.0 && second <= 60.0;
    is_time.then_some(hour * 3600.0 + minute * 60.0 + second + fraction)
}

/// Seconds since 1970-01-01 of a date and time `YYYYMMDDHHMMSS.FFFFFF&ZZXX`, and its offset from UTC in seconds.
pub(crate) fn moment(text: &str) -> Option<(f64, Option<f64>)> {
    let text = text.trim();
    let (local, offset) = match text.find(['+', '-']) {
        Some(at) => (&text[..at], Some(zone(&text[at..])?)),
        None => (text, None),
    };
    let (date, time) = (local.get(..8)?, local.get(8..)?);
    let time_s = if time.is_empty() { 0.0 } else { seconds(time)? };
    Some((days(date)? * DAY_S + time_s, offset))
}

/// Seconds from UTC of an offset `+HHMM` or `-HHMM`.
pub(crate) fn zone(text: &str) -> Option<f64> {
    let text = text.trim();
    let sign = if text.starts_with('-') { -1.0 } else { 1.0 };
    let digits = text.trim_start_matches(['+', '-']);
    (digits.len() == 4).then(|| seconds(digits)).flatten().map(|offset_s| sign * offset_s)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_times_are_counted() {
        for (date, expected) in
            [("19700101", 0.0), ("20000301", 11_017.0), ("2024.02.29", 19_782.0), ("19691231", -1.0)]
        {
            assert_eq!(days(date), Some(expected), "{date}");
        }
        for date in ["", "20241301", "2024011", "20240100", "2024010é", "abcdefgh"] {
            assert_eq!(days(date), None, "{date}");
        }
        for (time, expected) in [("12", 43_200.0), ("235959.5", 86_399.5), ("01:02:03", 3723.0), ("0130", 5400.0)] {
            assert_eq!(seconds(time), Some(expected), "{time}");
        }
        for time in ["", "1", "24", "1261", "12.é", "120000.x"] {
            assert_eq!(seconds(time), None, "{time}");
        }
        assert_eq!(moment("19700102010000.5"), Some((90_000.5, None)));
        assert_eq!(moment("19700102010000-0530"), Some((90_000.0, Some(-19_800.0))));
        assert_eq!(moment("é9700102"), None);
    }
}
