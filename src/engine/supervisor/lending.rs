//! What running transfers want of their hosts: more requests at once, and that a host feels what went wrong with those.

use std::time::Instant;

use crate::engine::transfer::{Loan, Wish};

use super::Supervisor;

impl Supervisor {
    pub(super) fn wished(&mut self, wish: Wish) {
        let now = Instant::now();
        match wish {
            Wish::Lend { url, count, reply } => {
                let count = if self.is_stopping() { 0 } else { self.hosts.lend(&url, count, now) };
                // An attempt that has ended meanwhile gives them back by not being there.
                let _ = reply.send((0..count).map(|_| Loan::new(&url, &self.shared)).collect());
            }
            Wish::Back(url) => self.hosts.give_back(&url, 1),
            Wish::Failed { url, answered, error } => self.host_failed(&url, answered.as_ref(), &error),
        }
    }
}
