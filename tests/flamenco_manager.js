// What Flamenco Manager gives to a job compiler script, as far as this repository's script uses it.
// It is stricter: what the Manager or a Worker would take and do wrong is refused here.

"use strict";

function checkText(text, what) {
    if (typeof text !== "string" || text.trim() === "") {
        throw new Error(what + " has to be a text, not " + JSON.stringify(text));
    }
    return text.trim();
}

var author = Object.freeze({
    Task: function (name, type) {
        var task = { name: checkText(name, "a task's name"), type: checkText(type, "a task's type") };
        task.commands = [];
        task.dependencies = [];
        task.added = false;
        // The Manager copies a task when it is added: what is said of it later is lost.
        function change(list, item) {
            if (task.added) {
                throw new Error(task.name + " was added to the job already");
            }
            list.push(item);
        }
        return Object.freeze({
            record: task,
            addCommand: function (command) { change(task.commands, command.record); },
            addDependency: function (other) { change(task.dependencies, other.record.name); }
        });
    },
    Command: function (name, parameters) {
        // Nothing but texts and lists of texts: a Worker writes a number such as 1000000 as 1e+06.
        Object.keys(parameters).forEach(function (key) {
            var value = parameters[key];
            var texts = Array.isArray(value) ? value : [value];
            if (!texts.every(function (one) { return typeof one === "string"; })) {
                throw new Error(name + ": " + key + " has to be a text or texts");
            }
        });
        return Object.freeze({ record: { name: checkText(name, "a command's name"), parameters: parameters } });
    }
});

// Numbers of "1-10, 15" or "1..10", in order and without doubles.
function frameNumbers(range) {
    var found = {};
    String(range).split("..").join("-").split(",").forEach(function (part) {
        var ends = part.split("-").map(function (end) {
            if (!/^\s*\d+\s*$/.test(end)) {
                throw new Error('invalid range "' + range + '": ' + part);
            }
            return parseInt(end, 10);
        });
        if (ends.length > 2) {
            throw new Error('invalid range "' + range + '": ' + part);
        }
        for (var frame = ends[0]; frame <= ends[ends.length - 1]; frame++) {
            found[frame] = true;
        }
    });
    return Object.keys(found).map(Number).sort(function (a, b) { return a - b; });
}

// Flamenco writes two neighbours as "1,2" and three as "1-3".
function frameRange(frames) {
    var runs = [];
    frames.forEach(function (frame) {
        var last = runs[runs.length - 1];
        if (last && frame === last[last.length - 1] + 1) {
            last.push(frame);
        } else {
            runs.push([frame]);
        }
    });
    return runs.map(function (run) {
        return run.length < 3 ? run.join(",") : run[0] + "-" + run[run.length - 1];
    }).join(",");
}

function frameChunker(range, size) {
    if (!(size >= 1)) {
        throw new Error("invalid chunk size, must be positive number: " + size);
    }
    var frames = frameNumbers(range);
    var chunks = [];
    for (var first = 0; first < frames.length; first += Math.floor(size)) {
        chunks.push(frameRange(frames.slice(first, first + Math.floor(size))));
    }
    if (chunks.length === 0) {
        throw new Error('invalid range "' + range + '": empty range');
    }
    return Object.freeze(chunks);
}

function print() {}

// The tasks of a job with these settings, as JSON.
function tasksOf(settings) {
    var tasks = [];
    compileJob({
        name: "job",
        settings: settings,
        addTask: function (task) {
            if (task.record.added) {
                throw new Error(task.record.name + " is added twice");
            }
            task.record.added = true;
            tasks.push(task.record);
        }
    });
    var names = tasks.map(function (task) { return task.name; });
    tasks.forEach(function (task) {
        task.dependencies.forEach(function (name) {
            if (names.indexOf(name) < 0) {
                throw new Error(task.name + " waits for " + name + ", which is not in the job");
            }
        });
    });
    return JSON.stringify(tasks);
}
