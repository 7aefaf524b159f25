-- user reason → ok pushes. Whatever the seat's fence; its node is told.
local refused = stale()
if refused then return refused end
local n = cold:get('u' .. ARGV[ARGS])
if n then finish_seat(n, ARGV[ARGS + 1]) end
return { 'ok', finish() }
