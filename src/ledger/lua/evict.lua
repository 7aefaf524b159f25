-- user up_to reason → ok pushes. Whatever the seat's fence, unless they joined after `up_to`; its node is told.
local refused = stale()
if refused then return refused end
local n = cold:get('u' .. ARGV[ARGS])
if n and number(n) <= number(ARGV[ARGS + 1]) then finish_seat(n, ARGV[ARGS + 2]) end
return { 'ok', finish() }
