//! Files that are there already: the store knows them from an earlier run. Where their bytes can be relied on that is
//! all; otherwise they are looked at like any body, and fetched again if they are not what they must be.

use std::path::PathBuf;
use std::sync::Arc;

use crate::engine::checksum::Digests;
use crate::engine::disk::{self, Body, Part};
use crate::engine::event::{Event, FinishedFile};
use crate::engine::options::{Algorithm, Options};
use crate::engine::partial::About;
use crate::engine::request::{DownloadRequest, JobId};
use crate::engine::store::{Change, Trust};

use super::commit::{Whole, examine};
use super::job::Phase;
use super::{Done, Supervisor};

impl Supervisor {
    pub(super) fn known(&mut self, id: JobId, file: FinishedFile, content_type: Option<String>, trust: Trust) {
        let Some(job) = self.jobs.get_mut(&id) else { return };
        let digest = job.request.checksum.is_some() || (self.shared.options.wants_digest() && file.sha256.is_none());
        if trust == Trust::Sure && !digest {
            return self.there(id, file);
        }
        job.phase = Phase::Looking { remove: false };
        let (request, shared) = (job.request.clone(), Arc::clone(&self.shared));
        let task = self.tasks.spawn_blocking(move || {
            let seen = look(&file, request, content_type, &shared.options);
            // Where the power went before the bytes were on the disk.
            let blank = trust == Trust::Doubtful && disk::remove_blank(&file.path);
            Done::Looked(seen.filter(|_| !blank).map(Box::new))
        });
        self.owners.insert(task.id(), id);
    }

    pub(super) fn looked(&mut self, id: JobId, file: Option<Box<FinishedFile>>) {
        let Some(job) = self.jobs.get_mut(&id) else { return };
        if matches!(job.phase, Phase::Looking { remove: true }) {
            return self.removed(id);
        }
        match file {
            Some(file) => {
                let change = Change::Finished(Box::new(((*file).clone(), job.record())));
                self.shared.store.note(id, change);
                self.there(id, *file);
            }
            None => self.claim(id, true),
        }
    }

    fn there(&mut self, id: JobId, file: FinishedFile) {
        let Some(mut job) = self.jobs.remove(&id) else { return };
        self.finals.adopt(&file.path);
        if let Some(digest) = file.sha256.as_deref().filter(|_| self.shared.options.dedupe) {
            self.twins.keep(digest, &job.request.dir, &file.path);
        }
        self.finished.insert(id, self.finals.named(&file.path));
        let record = job.record();
        self.tell(Event::Finished { id, file, record });
    }
}

/// Looks at a file as at a body that has just come.
fn look(
    file: &FinishedFile,
    request: DownloadRequest,
    content_type: Option<String>,
    options: &Options,
) -> Option<FinishedFile> {
    let part = Part::finished(file.path.clone()).ok().filter(|part| part.len() == file.bytes)?;
    let about = About {
        name: String::new(),
        last: request.url.clone(),
        content_type,
        modified: None,
        digests: Vec::new(),
        unframed: false,
    };
    let whole = Whole { body: Body::Part(part), part: PathBuf::new(), spare: PathBuf::new(), about, request };
    let (seen, sha256) = examine(&whole, options).ok()?;
    if let (Some(known), Body::Part(part)) = (&file.sha256, &whole.body) {
        let digests = Digests::read(part.reader().ok()?, &[Algorithm::Sha256]).ok()?;
        digests.hex(Algorithm::Sha256).filter(|digest| digest == known)?;
    }
    Some(FinishedFile {
        format: seen.format.map(str::to_owned),
        verified: seen.verified,
        pixels: seen.pixels,
        sha256: sha256.or_else(|| file.sha256.clone()),
        ..file.clone()
    })
}
