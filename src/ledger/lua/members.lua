-- → ok members; once an epoch has settled without seats that nobody has claimed, reaped or not.
if not era[1] then return { 'ok', {} } end
load_seats()
local list = members()
local known = {}
for index, n in ipairs(seats) do
  if not (settles and settles <= now() and is_to_be_claimed(n)) then known[#known + 1] = list[index] end
end
if hot.entered then finish() end
return { 'ok', known }
