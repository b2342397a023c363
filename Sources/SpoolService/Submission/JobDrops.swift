import SpoolCore
import SpoolSystem
import SystemPackage

/// Drops the jobs of a plan.
struct JobDrops {
    let spool: Spool
    let plan: SubmissionPlan
    /// nil if each call drops jobs of its own.
    let batch: Batch?
    private(set) var known = KnownJobs()
    private(set) var droppedCount = 0

    init(_ plan: SubmissionPlan, in spool: Spool, batch: Batch?) {
        self.spool = spool
        self.plan = plan
        self.batch = batch
    }

    /// The images of which the spool has no job yet.
    func unknownImages() throws -> [SubmittedImage] {
        guard batch != nil else { return plan.images }
        return try plan.images.filter { try spool.job(named: name(of: $0)) == nil }
    }

    private func name(of image: SubmittedImage) throws -> JobName {
        guard let batch else { return JobName(stem: image.name, id: UniqueID()) }
        let (path, status) = try plan.inputs.look(at: image.path)
        return batch.job(of: image, at: path, status, try plan.pattern.renditions(for: image))
    }

    /// - Returns: the job's name, also of one that the spool had already.
    mutating func drop(_ image: SubmittedImage) throws -> JobName {
        let name = try name(of: image)
        if let known = try submit(image, as: name) { self.known.add(known.state) } else { droppedCount += 1 }
        return name
    }

    /// - Returns: the job of this name that the spool has already; nil if one was dropped.
    private func submit(_ image: SubmittedImage, as name: JobName) throws -> FoundJob? {
        let (place, _) = try plan.inputs.look(at: image.path)
        var job = Job(input: Input(path: ""), renditions: try plan.pattern.renditions(for: image))
        if let path = try plan.inputs.path(of: place) {
            job.input.path = path
            return try spool.submit(job, once: name)
        }
        // A look before anything is copied.
        if batch != nil, let known = try spool.job(named: name) { return known }
        do {
            try plan.inputs.submit(job, as: name, copying: place)
            return nil
        } catch let failure as SystemFailure where failure.errno == .fileExists {
            // As of two producers of one batch, the other was faster.
            return try spool.job(named: name) ?? FoundJob(name: name, state: .incoming)
        }
    }
}
