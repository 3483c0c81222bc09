-- wrk's requests: PUT or GET of a random connection of a random project, or POST of each in turn.
-- BENCH_TOKENS names a file with a line `project token` each; BENCH_CONNECTIONS says how many connections a project has,
-- BENCH_START with which of them POST begins.
local projects, tokens, per_project = {}, {}, tonumber(os.getenv("BENCH_CONNECTIONS"))
local verb = os.getenv("BENCH_METHOD")
local threads, count, turn, start = 0, tonumber(os.getenv("BENCH_THREADS")), 0, tonumber(os.getenv("BENCH_START"))
number = 0 -- global: setup() gives each thread its own

function setup(thread)
    thread:set("number", threads)
    threads = threads + 1
end

function init()
    for line in io.lines(os.getenv("BENCH_TOKENS")) do
        local project, token = line:match("(%S+) (%S+)")
        projects[#projects + 1], tokens[#tokens + 1] = project, token
    end
    math.randomseed(os.time() * 7919 + number * 104729)
end

-- About 500 bytes. The description and the password are other ones each time, so that every PUT is a change.
local function body(name)
    local random = string.format("%08x%08x", math.random(0, 2147483647), math.random(0, 2147483647))
    return '{"type":"email","name":"' .. name .. '","description":"Outgoing mail of the department, changed ' .. random ..
        '","deployToWorker":true,"enabled":true,"host":"smtp.gmail.com","port":587,"enableStartTls":true,"auth":true,' ..
        '"username":"updated-user@example.com","password":"new-app-password-' .. random ..
        '","defaultEncoding":"UTF-8","addressToTest":"postmaster@example.com","from":"noreply@example.com",' ..
        '"additionalProperties":[{"key":"mail.smtp.connectiontimeout","value":"10000"},{"key":"mail.smtp.timeout","value":"10000"}]}'
end

function request()
    local project, connection
    if verb == "POST" then
        local at = start + turn * count + number
        turn = turn + 1
        if at >= #projects * per_project then
            return wrk.format("GET", "/apiops/test/healthcheck") -- all are made
        end
        project, connection = at % #projects + 1, math.floor(at / #projects) + 1
    else
        project, connection = math.random(#projects), math.random(per_project)
    end
    local name = "connection-" .. connection
    local target = "/apiops/projects/" .. projects[project] .. "/connections/" .. name .. "/"
    local headers = {["Authorization"] = "Bearer " .. tokens[project], ["Content-Type"] = "application/json"}
    return wrk.format(verb, target, headers, verb ~= "GET" and body(name) or nil)
end
