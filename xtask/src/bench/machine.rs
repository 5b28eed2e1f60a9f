//! The machine that was measured: a figure without its machine says nothing.

/// Processor, number of threads and memory, as far as the system tells.
pub(super) fn describe() -> String {
    let read = |path| std::fs::read_to_string(path).unwrap_or_default();
    let n_threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    summary(&read("/proc/cpuinfo"), &read("/proc/meminfo"), n_threads)
}

fn summary(cpuinfo: &str, meminfo: &str, n_threads: usize) -> String {
    let model = value(cpuinfo, "model name").unwrap_or(std::env::consts::ARCH);
    let mut parts = vec![model.to_owned(), format!("{n_threads} threads")];
    let kilobytes = value(meminfo, "MemTotal").and_then(|total| total.trim_end_matches(" kB").parse::<u64>().ok());
    parts.extend(kilobytes.map(|kilobytes| format!("{} GiB", (kilobytes + (1 << 19)) >> 20)));
    // The matrix kernels of both sides use it where it is there, so figures from machines without it do not compare.
    let wide = value(cpuinfo, "flags").is_some_and(|flags| flags.split(' ').any(|flag| flag == "avx512f"));
    parts.extend(wide.then(|| "AVX-512".to_owned()));
    parts.join(", ")
}

fn value<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let mut pairs = text.lines().filter_map(|line| line.split_once(':'));
    pairs.find(|(name, _)| name.trim() == key).map(|(_, value)| value.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_is_named_by_what_it_says() {
        let cpuinfo = "processor\t: 0\nmodel name\t: Some CPU 9000\nflags\t\t: fpu avx2 avx512f\n";
        assert_eq!(summary(cpuinfo, "MemTotal:       25165824 kB\n", 2), "Some CPU 9000, 2 threads, 24 GiB, AVX-512");
    }

    #[test]
    fn a_silent_system_still_has_an_architecture() {
        assert_eq!(summary("", "", 4), format!("{}, 4 threads", std::env::consts::ARCH));
    }
}
