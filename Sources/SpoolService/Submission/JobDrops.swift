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
        // A look before anything is copied.
        if batch != nil, let job = try spool.job(named: name) {
            known.add(job.state)
            return name
        }
        let input = try plan.inputs.prepare(image.path)
        let job = Job(input: Input(path: input.path), renditions: try plan.pattern.renditions(for: image))
        do {
            if let job = try spool.submit(job, once: name) {
                input.discard()
                known.add(job.state)
            } else {
                droppedCount += 1
            }
        } catch {
            input.discard()
            throw error
        }
        return name
    }
}
