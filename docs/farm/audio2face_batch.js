// An example of a job type for Flamenco 3.5 or newer: bakes the rows of a manifest, some rows to a
// task. How to install it: docs/farm.md. It is ECMAScript 5.1, which every release of Flamenco's
// engine knows. It was not tried with Flamenco's Manager.

var ROWS_PER_TASK = 10;

var JOB_TYPE = {
    label: "Audio2Face Batch",
    description: "Key faces from the speech that the rows of a manifest name",
    settings: [
        { key: "manifest", type: "string", subtype: "file_path", required: true, visible: "submission",
          description: "CSV or JSON file with a row for each shot, on the shared storage" },
        { key: "manifest_path", type: "string", subtype: "file_path", editable: false,
          eval: "str(abspath(settings.manifest)) if settings.manifest else ''",
          description: "Where the workers find the manifest" },
        { key: "rows", type: "string", required: true,
          description: "Rows to bake, counted from 1 without the header. Examples: '7', '1-200', '1-50, 60'" },
        { key: "chunk_size", type: "int32", default: ROWS_PER_TASK, propargs: { min: 1 },
          description: "How many rows one start of Blender bakes" },
        { key: "processes", type: "int32", default: 1, propargs: { min: 0, max: 64 }, visible: "submission",
          description: "Blenders that a task starts for its rows, side by side; 0 is none but its own" },
        { key: "check_first", type: "bool", default: true, visible: "submission",
          description: "Bake nothing before it is known that every row has its files" }
    ]
};

function compileJob(job) {
    var settings = job.settings;
    // The add-on computes manifest_path; who sends a job to the API only has to name the manifest.
    var manifest = settings.manifest_path || settings.manifest;
    if (!manifest) {
        throw "Name the manifest.";
    }
    if (!settings.rows) {
        throw "Name the rows to bake, such as 1-200.";
    }
    var chunks = frameChunker(settings.rows, settings.chunk_size || ROWS_PER_TASK);
    var check = null;
    if (settings.check_first !== false) {
        check = batchTask("check", manifest, chunks.join(","), ["--dry-run"]);
        job.addTask(check);
    }
    for (var i = 0; i < chunks.length; i++) {
        var task = bakeTask(manifest, chunks[i], settings.processes);
        if (check) {
            task.addDependency(check);
        }
        job.addTask(task);
    }
}

// `rows` is such as "1-10", "9,10" or "3,7-9"; no other task begins with the same row.
function bakeTask(manifest, rows, processes) {
    var firstRow = rows.split(/[-,]/)[0];
    return batchTask("rows " + rows, manifest, rows, [
        "--jobs", String(processes === undefined ? 1 : processes),
        // A file for each task: workers on a network share cannot add to one at the same time.
        "--results", manifest + "." + firstRow + ".results.jsonl"
    ]);
}

// `blender-render` runs Blender with any arguments, and unlike `exec` knows {blenderArgs}, which is
// one text. Without a blendfile it opens none: the rows name theirs.
function batchTask(name, manifest, rows, options) {
    var task = author.Task(name, "blender");
    task.addCommand(author.Command("blender-render", {
        exe: "{blender}",
        exeArgs: "{blenderArgs}",
        argsBefore: [],
        blendfile: "",
        args: ["--command", "audio2face", "batch", manifest, "--rows", rows, "--progress", "plain"]
            .concat(options)
    }));
    return task;
}
