//! Follow-up as counts at distinct times, and from them the probability of not being censored yet.
//!
//! **Ties.** An event comes before a censoring at the same time: whoever is censored then was seen free of it. So the
//! censoring distribution G counts among those without an event at that time, and the weight of an event at T is
//! 1 / G(T−) (Graf and others 1999, doi:`10.1002/(SICI)1097-0258(19990915/30)18:17/18<2529::AID-SIM274>3.0.CO;2-5`).
//! **Cost** O(n log n) once, O(n) for each gradient.

use crate::rank::{ascending, ties};

/// Counts at distinct times, ascending.
pub(crate) struct Timeline {
    pub(crate) steps: Vec<Step>,
    /// The step of each case.
    at: Vec<u32>,
    /// Cases in the order of their times.
    order: Vec<u32>,
    /// The probability of not being censored in the first m steps, for m from 0.
    uncensored: Vec<f64>,
}

/// What happens at one time.
pub(crate) struct Step {
    pub(crate) time: f64,
    pub(crate) n_at_risk: u32,
    pub(crate) n_events: u32,
    pub(crate) n_censored: u32,
    /// Where its cases begin in the order.
    first: u32,
}

impl Timeline {
    pub(crate) fn new(time: &[f64], event: &[bool]) -> Self {
        let ranked = ascending(time);
        let mut steps = Vec::new();
        let mut at = vec![0; time.len()];
        let mut first = 0;
        for (idx, run) in ties(&ranked).enumerate() {
            let n_events = run.iter().filter(|ranked| event[ranked.idx as usize]).count() as u32;
            steps.push(Step {
                time: time[run[0].idx as usize],
                n_at_risk: (time.len() - first) as u32,
                n_events,
                n_censored: run.len() as u32 - n_events,
                first: first as u32,
            });
            for ranked in run {
                at[ranked.idx as usize] = idx as u32;
            }
            first += run.len();
        }
        let mut uncensored = vec![1.0];
        let mut free = 1.0;
        for step in &steps {
            if step.n_censored > 0 {
                free *= step.n_left() / step.n_exposed();
            }
            uncensored.push(free);
        }
        Self { steps, at, order: ranked.iter().map(|ranked| ranked.idx).collect(), uncensored }
    }

    /// How many steps lie before the time of a case.
    pub(crate) fn before(&self, case: usize) -> usize {
        self.at[case] as usize
    }

    /// How many steps lie at or before a time.
    pub(crate) fn until(&self, time: f64) -> usize {
        self.steps.partition_point(|step| step.time <= time)
    }

    /// G after so many steps.
    pub(crate) fn uncensored(&self, n_steps: usize) -> f64 {
        self.uncensored[n_steps]
    }

    /// Cases of each step, from the first time to the last.
    pub(crate) fn cases(&self) -> impl DoubleEndedIterator<Item = &[u32]> {
        let n = self.order.len();
        let end = move |idx: usize| self.steps.get(idx + 1).map_or(n, |next| next.first as usize);
        self.steps.iter().enumerate().map(move |(idx, step)| &self.order[step.first as usize..end(idx)])
    }

    /// The greatest time; `None` without cases.
    pub(crate) fn last(&self) -> Option<f64> {
        self.steps.last().map(|step| step.time)
    }

    /// Why nothing can be measured at a horizon by censoring weights; `None` where it can.
    pub(crate) fn out_of_reach(&self, horizon: f64) -> Option<String> {
        match self.last() {
            None => Some("there is no case".to_owned()),
            Some(last) if horizon >= last => {
                Some(format!("no case is followed beyond {horizon}; choose a horizon below {last}, the last follow-up"))
            }
            _ if self.steps[..self.until(horizon)].iter().all(|step| step.n_events == 0) => {
                Some(format!("there is no event until {horizon}"))
            }
            _ => None,
        }
    }

    /// The derivative of a statistic by the weight of each case that comes through G.
    ///
    /// `slope[m]` is its derivative by the logarithm of G after m steps.
    pub(crate) fn through_censoring(&self, event: &[bool], slope: &[f64]) -> Vec<f64> {
        // Of the slopes beyond a step, all feel the factor of that step.
        let mut beyond = 0.0;
        let mut felt = vec![0.0; self.steps.len()];
        for idx in (0..self.steps.len()).rev() {
            beyond += slope[idx + 1];
            felt[idx] = beyond;
        }
        let mut passed = 0.0;
        let mut by_step = Vec::with_capacity(self.steps.len());
        for (step, felt) in self.steps.iter().zip(felt) {
            let is_felt = step.n_censored > 0 && felt.abs() > 0.0;
            let own = if is_felt { -felt / step.n_exposed() } else { 0.0 };
            by_step.push((passed, passed + own));
            if is_felt && step.n_left() > 0.0 {
                passed += felt * f64::from(step.n_censored) / (step.n_exposed() * step.n_left());
            }
        }
        let of_case = |(at, event): (&u32, &bool)| {
            let (of_event, of_censored) = by_step[*at as usize];
            if *event { of_event } else { of_censored }
        };
        self.at.iter().zip(event).map(of_case).collect()
    }
}

impl Step {
    /// Those who can be censored at this time: at risk and without an event.
    fn n_exposed(&self) -> f64 {
        f64::from(self.n_at_risk - self.n_events)
    }

    fn n_left(&self) -> f64 {
        f64::from(self.n_at_risk - self.n_events - self.n_censored)
    }
}
