//! The one owner of all jobs: commands in, events out. Attempts and commits run as tasks of their own and come back
//! here with what they left; only then does the supervisor say how a job goes on, so that a job never has two
//! attempts and no event of an old one follows its end.

mod commands;
mod commit;
mod endings;
mod job;
mod known;
mod lending;
mod room;
mod round;
mod stored;
mod sync;

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::{self, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::display::without_userinfo;

use super::disk::{Crew, Finals, Named, Twins, remove_own, remove_part};
use super::event::{Command, Event, FinishedFile};
use super::hosts::Hosts;
use super::options::Check;
use super::partial::part_path;
use super::request::{DownloadRequest, JobId, JobMap};
use super::store::Answer;
use super::transfer::{self, Assignment, Left, Shared, Wish};

use commit::Unsettled;
use job::{Full, Job, Phase};

/// Files that are being given their names at once; more would pile up bodies in memory.
const MOST_COMMITS: usize = 256;

/// Threads that give files their names, each taking so many before another one joins in. Decoding is work for the
/// processor, and its memory adds up: there each picture is worth a thread, and there are few.
const NAMING: (usize, usize) = (16, 32);
const DECODING: (usize, usize) = (2, 0);

/// What the store answers is heard so many at a time.
const MOST_ANSWERS: usize = 256;

/// How long the part files may take to go when the engine ends.
const CLEANING: Duration = Duration::from_millis(300);

/// What a task comes back with.
#[derive(Debug)]
enum Done {
    Attempt(Box<Left>),
    /// A file that stood there; none where it is not what it must be.
    Looked(Option<Box<FinishedFile>>),
    /// How much room there is where this job waits for some, as far as the system tells.
    Room(JobId, Option<u64>),
    /// Part files are gone.
    Cleaned,
}

/// See the head of this file.
#[derive(Debug)]
pub(super) struct Supervisor {
    shared: Arc<Shared>,
    commands: UnboundedReceiver<Command>,
    answers: UnboundedReceiver<(JobId, Duration)>,
    wishes: UnboundedReceiver<Wish>,
    kept: UnboundedReceiver<Answer>,
    /// How often the store was asked for jobs and has not answered.
    asked: usize,
    /// The requests that it was asked for last and has not answered, in their order.
    adding: VecDeque<Vec<DownloadRequest>>,
    /// How many jobs another haul works on.
    held: usize,
    /// What is restored goes on, however it stood.
    revive: bool,
    /// Those that have not finished. Boxed: a map has much room that is empty.
    jobs: JobMap<Box<Job>>,
    /// Those that have, and what stands for the names of their files.
    finished: JobMap<Named>,
    hosts: Hosts,
    finals: Arc<Finals>,
    /// Which file has which bytes, where that is asked for.
    twins: Arc<Twins>,
    crew: Crew,
    /// Files that did not get their names, and the end for whoever tries to give them.
    unsettled: UnboundedReceiver<(JobId, Unsettled)>,
    unsettling: UnboundedSender<(JobId, Unsettled)>,
    tasks: JoinSet<Done>,
    /// Whose task it is; a task that panics tells nothing but its own id.
    owners: HashMap<task::Id, JobId>,
    commits: usize,
    /// Jobs that wait for a moment: for their next attempt, for another haul, for room.
    timers: BTreeSet<(Instant, JobId)>,
    /// Folders that had no room lately.
    full: HashMap<Arc<Path>, Full>,
    /// When what was written is brought to the disk for good.
    sync_at: Option<Instant>,
    /// That is under way.
    syncing: Arc<AtomicBool>,
    /// Queued jobs that have begun before, by the end of their time; some are out of date.
    deadlines: BTreeSet<(Instant, JobId)>,
    /// The store has ended.
    deaf: bool,
    closed: bool,
    /// The engine was told to stop, and ends by then, whatever is still under way.
    stop_by: Option<Instant>,
}

impl Supervisor {
    pub(super) fn new(
        shared: Arc<Shared>,
        commands: UnboundedReceiver<Command>,
        answers: UnboundedReceiver<(JobId, Duration)>,
        wishes: UnboundedReceiver<Wish>,
        kept: UnboundedReceiver<Answer>,
    ) -> Self {
        let hosts = Hosts::new(shared.options.jobs, shared.options.per_host, shared.options.hosts.clone());
        let (most, each) = if shared.options.check == Check::Decode { DECODING } else { NAMING };
        let (unsettling, unsettled) = unbounded_channel();
        Self {
            shared,
            commands,
            answers,
            wishes,
            kept,
            asked: 0,
            adding: VecDeque::new(),
            held: 0,
            revive: false,
            jobs: JobMap::default(),
            finished: JobMap::default(),
            hosts,
            finals: Arc::default(),
            twins: Arc::default(),
            crew: Crew::new(most, each),
            unsettled,
            unsettling,
            tasks: JoinSet::new(),
            owners: HashMap::new(),
            commits: 0,
            timers: BTreeSet::new(),
            full: HashMap::new(),
            sync_at: None,
            syncing: Arc::default(),
            deadlines: BTreeSet::new(),
            deaf: false,
            closed: false,
            stop_by: None,
        }
    }

    /// Works until everything has ended or the engine is told to stop.
    pub(super) async fn run(mut self) {
        loop {
            let now = Instant::now();
            self.grant(now);
            self.shared.outbox.set_waiting(self.waiting());
            self.shared.store.press(self.tasks.is_empty() && self.hosts.waiting() == 0);
            if self.is_done() {
                break;
            }
            let alarm = self.alarm(now);
            let ring = ring_at(alarm);
            tokio::select! {
                command = self.commands.recv(), if !self.is_stopping() => match command {
                    Some(command) => self.obey(command),
                    None => self.stop(),
                },
                Some((id, ttfb)) = self.answers.recv() => self.answered(id, ttfb),
                Some(wish) = self.wishes.recv() => self.wished(wish),
                answer = self.kept.recv(), if !self.deaf => self.heard(answer),
                Some((id, unsettled)) = self.unsettled.recv() => self.commit_failed(id, unsettled),
                Some(joined) = self.tasks.join_next_with_id() => self.joined(joined),
                () = ring, if !self.is_stopping() => self.due(Instant::now()),
                () = ring_at(self.stop_by), if self.is_stopping() => {}
            }
        }
        self.take_in_the_rest().await;
        self.clean_up().await;
    }

    /// When time alone changes something next.
    fn alarm(&self, now: Instant) -> Option<Instant> {
        let timer = self.timers.first().map(|(at, _)| *at);
        let deadline = self.deadlines.first().map(|(at, _)| *at);
        timer.into_iter().chain(deadline).chain(self.sync_at).chain(self.hosts.next_opening(now)).min()
    }

    /// Hears the store.
    fn heard(&mut self, answer: Option<Answer>) {
        if let Some(answer) = answer {
            self.stored(answer);
            // It answers many at once; but a thousand jobs are enough for one turn.
            for _ in 0..MOST_ANSWERS {
                let Ok(answer) = self.kept.try_recv() else { return };
                let large = matches!(answer, Answer::Added(..));
                self.stored(answer);
                if large {
                    return;
                }
            }
            return;
        }
        // A defect has ended it: nothing can be kept, so nothing goes on.
        self.deaf = true;
        self.stop();
    }

    /// How many jobs wait for somebody.
    fn waiting(&self) -> usize {
        self.hosts.waiting() + self.held
    }

    fn is_stopping(&self) -> bool {
        self.stop_by.is_some()
    }

    fn is_done(&self) -> bool {
        let late = self.stop_by.is_some_and(|until| until <= Instant::now());
        let idle = (self.tasks.is_empty() && self.commits == 0) || late;
        let all_done = self.closed && self.asked == 0 && self.timers.is_empty() && self.hosts.waiting() == 0;
        idle && (self.is_stopping() || all_done)
    }

    fn tell(&self, event: Event) {
        self.shared.outbox.push(event);
    }

    /// Starts whatever may start.
    fn grant(&mut self, now: Instant) {
        while !self.is_stopping() && self.commits < MOST_COMMITS {
            let (jobs, full) = (&self.jobs, &self.full);
            let dir = |id| jobs.get(&id).map(|job| &job.request.dir);
            let fits = |id| full.is_empty() || dir(id).and_then(|dir| full.get(dir)).is_none_or(|full| !full.is_shut());
            let Some(id) = self.hosts.next(now, fits) else { break };
            self.start(id);
        }
        for (host, window) in self.hosts.take_changed() {
            let host = host.ascii_serialization();
            self.tell(Event::HostChanged { host, window, pause: None, by_trial: true });
        }
    }

    fn start(&mut self, id: JobId) {
        let Some(job) = self.jobs.get_mut(&id) else { return };
        job.begins();
        let cancel = CancellationToken::new();
        let assignment = Assignment {
            id,
            request: job.request.clone(),
            mirror: job.mirror().cloned(),
            connections: self.shared.options.connections_for(job.address()),
            attempt: job.attempts,
            partial: job.partial.take().map(|partial| *partial),
            generation: job.generation,
            strays: job.strays,
            deadline: job.deadline(self.shared.options.deadline),
            flow: self.hosts.flow(job.address()),
            used_host: self.hosts.has_answered(job.address()),
            unsplit: job.unsplit,
            cancel: cancel.clone(),
        };
        job.phase = Phase::Running { cancel, then: None };
        let shared = Arc::clone(&self.shared);
        let task = self.tasks.spawn(async move { Done::Attempt(Box::new(transfer::run(shared, assignment).await)) });
        self.owners.insert(task.id(), id);
        self.sync_later();
    }

    /// Puts a job in the queue of its host.
    fn enqueue(&mut self, id: JobId, first: bool) {
        let Some(job) = self.jobs.get_mut(&id) else { return };
        (job.phase, job.elsewhere) = (Phase::Queued, false);
        self.deadlines.extend(job.deadline(self.shared.options.deadline).map(|deadline| (deadline, id)));
        self.hosts.enqueue(job.address(), id, first);
        self.tell_queued(id, false);
    }

    fn tell_queued(&mut self, id: JobId, elsewhere: bool) {
        let Some(Job { request, partial, reached, .. }) = self.jobs.get_mut(&id).map(|job| &mut **job) else { return };
        let (url, dir, name) = (without_userinfo(&request.url), Arc::clone(&request.dir), request.name.clone());
        let (bytes, total) = partial.as_ref().map_or((0, None), |partial| (*reached, partial.total));
        let columns = request.more.as_mut().and_then(|more| more.columns.take());
        self.tell(Event::Queued { id, url, dir, name, elsewhere, bytes, total, columns });
    }

    /// Jobs whose time to wait is over go again, before those that never ran.
    fn due(&mut self, now: Instant) {
        if self.sync_at.is_some_and(|at| at <= now) {
            self.sync();
        }
        while let Some((at, id)) = self.timers.first().copied()
            && at <= now
        {
            self.timers.pop_first();
            let limit = self.shared.options.deadline;
            match self.jobs.get(&id).map(|job| &**job) {
                Some(job) if matches!(job.phase, Phase::Held { .. }) => self.claim(id, false),
                Some(job) if job.is_late(limit) => {
                    self.withdraw(id);
                    self.fail(id, transfer::past_deadline(limit));
                }
                Some(Job { phase: Phase::Full { .. }, .. }) => self.look_for_room(id),
                Some(Job { phase: Phase::Waiting { until }, .. }) if *until == at => self.enqueue(id, true),
                _ => {}
            }
        }
        while let Some((at, id)) = self.deadlines.first().copied()
            && at <= now
        {
            self.deadlines.pop_first();
            let limit = self.shared.options.deadline;
            if self.jobs.get(&id).is_some_and(|job| matches!(job.phase, Phase::Queued) && job.is_late(limit)) {
                self.withdraw(id);
                self.fail(id, transfer::past_deadline(limit));
            }
        }
    }

    /// Removes part files in the background.
    fn remove_parts(&mut self, parts: Vec<PathBuf>, remove: fn(&Path)) {
        if parts.is_empty() {
            return;
        }
        self.tasks.spawn_blocking(move || {
            for part in parts {
                remove(&part);
            }
            Done::Cleaned
        });
    }

    /// Nobody goes on with a job that was cancelled, nor, where nothing is kept, with any; their parts go.
    async fn clean_up(mut self) {
        let kept = self.shared.options.state.is_some();
        let mut parts = Vec::new();
        for (id, job) in &self.jobs {
            let part = |generation| part_path(&job.request.dir, *id, generation);
            match job.phase {
                // Given up: its part may not be among those that somebody can go on with, nor that of a small body.
                Phase::Committing { .. } if !kept => parts.extend([job.generation, job.generation + 1].map(part)),
                Phase::Cancelled => parts.extend(job.partial.is_some().then(|| part(job.generation))),
                _ if kept => {}
                _ => parts.extend(job.partial.is_some().then(|| part(job.generation))),
            }
        }
        // Where nothing is kept the ids are this engine's alone, also where a commit that was given up has one open.
        let remove = if kept { remove_part } else { remove_own };
        self.remove_parts(parts, remove);
        let all = async { while self.tasks.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(CLEANING, all).await;
        self.shared.store.end();
    }
}

async fn ring_at(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}
