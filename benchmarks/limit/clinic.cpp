// The reduced clinic of clinic.yaml, hand-written: the rules of docs/model.md for one team, one role and one package of
// one series, without crises, remote care, support or leavers.
//
// In: a text file of named rows of whole numbers (rules, referrals, people found, staff), written by run.py.
// Out: a file of 64-bit integers (flows, stocks and use of time by month, then a row per spell), and on standard output
// the processor seconds of the days alone.
//
// What the reduction allows, a hand-written program uses: one queue for assessment and one for treatment, because every
// clinician may see everybody; a person and their only course in one record; own lists as plain linked lists, because a
// contact always joins on the day it falls due and so belongs near the end.
//
// Run: clinic IN OUT

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iostream>
#include <map>
#include <string>
#include <vector>

using Number = int64_t;
using Word = uint32_t;
using Row = int32_t;

// --- numbers that stand for names, as in workforce_sim/inputs/codes.py ----------------------------------------------

constexpr int SEVERITIES = 3;
constexpr int32_t NOT_YET = -(1 << 20);
constexpr Row NOBODY = -1;
constexpr uint64_t CERTAIN = uint64_t{1} << 32;

enum State : uint8_t { FREE, WAITING_ASSESSMENT, REBOOKING, WAITING_TREATMENT, IN_TREATMENT, UNALLOCATED, AT_RISK };

enum End : uint8_t {
    OPEN, DECLINED, GAVE_UP, CLOSED_NOT_ATTENDED, CLOSED_WITH_ADVICE, COMPLETED, DROPPED_OUT, DISCHARGED_NOT_ATTENDED
};

enum Purpose : Word { TRIAGE = 4, BEFALL = 5, ASSESSMENT = 6, OUTCOME = 7, COURSE = 8, CONTACT = 9, RETURN = 10 };

namespace flow {
enum {
    REFERRED = 0, RETURNED = 1, DECLINED = 2, ASSESSED = 3, ASSESSMENTS_MISSED = 4, CLOSED_WITH_ADVICE = 5,
    CLOSED_NOT_ATTENDED = 6, GAVE_UP = 7, WORSENED = 8, ALLOCATED = 12, STARTED = 13, CONTACTS = 14,
    CONTACTS_MISSED = 15, DELAY_DAYS = 18, COMPLETED = 19, DROPPED_OUT = 20, DISCHARGED_NOT_ATTENDED = 21,
    DAYS_WAITING_ASSESSMENT = 24, DAYS_WAITING_TREATMENT = 25, DAYS_IN_TREATMENT = 26, N = 28
};
}

namespace stock {
enum { WAITING_ASSESSMENT = 0, WAITING_TREATMENT = 1, IN_TREATMENT = 2, OVERDUE = 4, N = 7 };
}

namespace use {
enum {
    AVAILABLE = 0, ATTENDED = 1, MISSED = 2, ASSESSMENT = 3, ASSESSMENT_MISSED = 4, UNUSED = 6, CARRIED = 7,
    CONTACTS = 8, CASES = 9, WEIGHTED = 10, PLACES = 11, PRESENT = 12, IN_POST_DAYS = 13, OVER_CAP = 14, N = 16
};
}

constexpr int FLOW_OF_END[] = {
    -1, flow::DECLINED, flow::GAVE_UP, flow::CLOSED_NOT_ATTENDED, flow::CLOSED_WITH_ADVICE, flow::COMPLETED,
    flow::DROPPED_OUT, flow::DISCHARGED_NOT_ATTENDED};

constexpr int STOCK_OF_STATE[] = {
    -1, stock::WAITING_ASSESSMENT, stock::WAITING_ASSESSMENT, stock::WAITING_TREATMENT, stock::IN_TREATMENT, -1, -1};

// --- what is given --------------------------------------------------------------------------------------------------

// A table of rising thresholds: its value at a word of luck is base + number of thresholds <= word.
struct Law {
    int32_t base = 0;
    std::vector<Word> threshold;

    int32_t value(Word word) const {
        return base + int32_t(std::upper_bound(threshold.begin(), threshold.end(), word) - threshold.begin());
    }
    int32_t days(Word word) const { return std::max(1, value(word)); }
};

struct SeverityRules {
    uint64_t declined, bounces, to_treatment, assessment_missed, gives_up, worsens, drops_out, returns, missed;
    Law planned;
    Number stretch, weight;
};

struct Rules {
    SeverityRules severity[SEVERITIES];
    Law befall_waiting, befall_in_treatment, interval, bounce, comes_back;
    uint64_t urgent;
    Number assessment_seconds, contact_seconds, slot_lost;
    int32_t rebook_days, close_after_assessments, close_after_contacts;
};

struct Referral { Number key; int32_t day; uint8_t severity; };

struct Found { Number key; State state; uint8_t severity; int32_t referral_day, planned, done, next_day; };

struct Post { Number daily_treatment, daily_assessment, places, wte; };

struct Inputs {
    Word seed, replication;
    int32_t days, periods;
    std::vector<Number> working, period;
    Rules rules;
    std::vector<Referral> referrals;
    std::vector<Found> found;
    std::vector<Post> posts;
};

// --- luck: Philox 4x32-10 (Salmon, Moraes, Dror and Shaw 2011) ------------------------------------------------------

struct Luck { Word w0, w1, w2, w3; };

inline Luck philox(Word c0, Word c1, Word c2, Word c3, Word k0, Word k1) {
    for (int round = 0; round < 10; ++round) {
        const uint64_t p0 = uint64_t{0xD2511F53} * c0, p1 = uint64_t{0xCD9E8D57} * c2;
        c0 = Word(p1 >> 32) ^ c1 ^ k0;
        c2 = Word(p0 >> 32) ^ c3 ^ k1;
        c1 = Word(p1);
        c3 = Word(p0);
        k0 += 0x9E3779B9;
        k1 += 0xBB67AE85;
    }
    return {c0, c1, c2, c3};
}

// --- what changes ---------------------------------------------------------------------------------------------------

// Neighbours in a doubly linked list of people.
struct Links { Row before, after; };

// Someone who is open or known to come back, with their only course of contacts.
struct Person {
    uint64_t order;          // in a queue: class, severity and referral day, least first
    Number key;
    uint64_t befall_word;    // luck of the next candidate day; CERTAIN: nothing happens
    Number stretch;          // delay not yet turned into a contact, in 2**-32 contacts
    Word attend_word, interval_word;
    Links own;               // in the clinician's own list
    Links candidate, booked; // in the calendars
    Row left, right, parent; // in a queue
    int32_t candidate_day, booked_day; // -1: none within the horizon
    int32_t due_day;         // of the contact in the own list; NOT_YET: none
    int32_t planned, done, attempts;
    int32_t episode, befalls;
    int32_t referral_day, first_contact_day, second_contact_day, assessed_day, allocated_day, start_day;
    int32_t contacts, missed;
    int32_t missed_in_row, assessment_attempts;
    int16_t slot;
    State state;
    uint8_t severity, severity_at_referral, urgent, queued, has_package;
};

struct Clinician {
    Number bank_treatment = 0, bank_assessment = 0, held = 0, cases = 0;
    Number daily_treatment, daily_assessment, places, wte;
    Row first = NOBODY, last = NOBODY; // own list, in order of (due day, key)
};

struct Spell {
    Number key;
    int32_t episode, severity_at_referral, severity, urgent, has_package, slot, referral_day, first_contact_day,
        second_contact_day, assessed_day, allocated_day, start_day, end_day, end, contacts, missed;
};

class Clinic {
public:
    explicit Clinic(const Inputs& inputs);
    void open();
    void run();
    void finish();
    void write(const char* path) const;

private:
    const Inputs& in;
    const Rules& rules;
    std::vector<Person> people;
    std::vector<Row> free_rows;
    std::vector<Clinician> staff;
    std::vector<Row> candidates, bookings; // by day: first person
    std::vector<Spell> log;
    std::vector<Number> flows, stocks, uses, starts; // by period
    Number level[SEVERITIES][stock::N] = {};  // stocks now
    Number *flow_today = nullptr, *use_today = nullptr;
    Row waiting = NOBODY, accepted = NOBODY;  // first in the queues for assessment and for treatment
    bool room_changed = true;
    size_t referrals_taken = 0;
    int32_t day = 0;

    // luck and tallies
    Luck draw(const Person& p, Purpose purpose, Word n) const {
        return philox(Word(p.key), Word(uint64_t(p.key) >> 32), purpose, (Word(p.episode) << 20) + n, in.seed,
                      in.replication);
    }
    void count(const Person& p, int what, Number n = 1) { flow_today[p.severity * flow::N + what] += n; }
    void become(Person& p, State state);
    void turn_to_period(int32_t period);

    // calendars
    void enter(std::vector<Row>& calendar, Links Person::*links, int32_t Person::*on, Row i, int32_t due);
    void cancel(std::vector<Row>& calendar, Links Person::*links, int32_t Person::*on, Row i);
    Row take(std::vector<Row>& calendar, Links Person::*links, int32_t Person::*on);
    void book(Row i, int32_t due) { enter(bookings, &Person::booked, &Person::booked_day, i, due); }
    void watch(Row i, int32_t due) { enter(candidates, &Person::candidate, &Person::candidate_day, i, due); }

    // queues and lists
    bool precedes(Row a, Row b) const {
        const Person &p = people[a], &q = people[b];
        return p.order != q.order ? p.order < q.order : p.key < q.key;
    }
    Row merge(Row a, Row b);
    Row& queue_of(const Person& p) { return p.state == WAITING_ASSESSMENT ? waiting : accepted; }
    void queue_up(Row i);
    void leave_queue(Row i);
    void fall_due(Row i);
    void leave_own_list(Row i);

    // people
    Row new_person(Number key, uint8_t severity);
    void begin_spell(Person& p, int32_t referral_day);
    void refer(Row i);
    void next_candidate_day(Row i);
    void befall(Row i);
    void worsen(Row i);
    void log_spell(const Person& p, End end, int32_t end_day);
    void end_spell(Row i, End end);
    void come_back_or_go(Row i, bool will_return, int32_t on);

    // the day
    void receive_referrals();
    void what_is_due();
    void allocate();
    int with_most_room(bool even_without) const;
    void join_caseload(Row i, int slot);
    void begin_course(Person& p) const;
    void run_clinics();
    void clinician_day(Clinician& s);
    void hold_contacts(Clinician& s);
    void hold(Row i, bool missed);
    void assess(Clinician& s);
    void conclude_assessment(Row i, bool missed);
    void record();
    void end_period();
};

Clinic::Clinic(const Inputs& inputs)
    : in(inputs), rules(inputs.rules), candidates(inputs.days, NOBODY), bookings(inputs.days, NOBODY),
      flows(inputs.periods * SEVERITIES * flow::N), stocks(inputs.periods * SEVERITIES * stock::N),
      uses(inputs.periods * use::N), starts(inputs.periods) {
    for (const Post& post : in.posts) {
        Clinician s;
        s.daily_treatment = post.daily_treatment;
        s.daily_assessment = post.daily_assessment;
        s.places = post.places;
        s.wte = post.wte;
        staff.push_back(s);
    }
    turn_to_period(0);
}

void Clinic::turn_to_period(int32_t period) {
    flow_today = &flows[size_t(period) * SEVERITIES * flow::N];
    use_today = &uses[size_t(period) * use::N];
}

void Clinic::become(Person& p, State state) {
    const int from = STOCK_OF_STATE[p.state], to = STOCK_OF_STATE[state];
    if (from >= 0) --level[p.severity][from];
    if (to >= 0) ++level[p.severity][to];
    p.state = state;
}

// --- calendars: a bucket for each day, linked through the people, so that nothing is ever searched ---------------------

void Clinic::enter(std::vector<Row>& calendar, Links Person::*links, int32_t Person::*on, Row i, int32_t due) {
    Person& p = people[i];
    p.*on = -1;
    if (due >= in.days) return;
    const Row head = calendar[due];
    p.*on = due;
    p.*links = {NOBODY, head};
    if (head >= 0) (people[head].*links).before = i;
    calendar[due] = i;
}

void Clinic::cancel(std::vector<Row>& calendar, Links Person::*links, int32_t Person::*on, Row i) {
    Person& p = people[i];
    if (p.*on < 0) return;
    const Links around = p.*links;
    if (around.before < 0) calendar[p.*on] = around.after;
    else (people[around.before].*links).after = around.after;
    if (around.after >= 0) (people[around.after].*links).before = around.before;
    p.*on = -1;
}

Row Clinic::take(std::vector<Row>& calendar, Links Person::*links, int32_t Person::*on) {
    const Row i = calendar[day];
    if (i >= 0) {
        Person& p = people[i];
        const Row after = (p.*links).after;
        calendar[day] = after;
        if (after >= 0) (people[after].*links).before = NOBODY;
        p.*on = -1;
    }
    return i;
}

// --- queues: skew heaps (Sleator and Tarjan 1986), because people also leave from the middle ------------------------

Row Clinic::merge(Row a, Row b) {
    if (a < 0) return b;
    if (b < 0) return a;
    if (precedes(b, a)) std::swap(a, b);
    const Row root = a;
    for (;;) {
        Person& top = people[a];
        Row right = top.right;
        top.right = top.left;
        if (right < 0) {
            top.left = b;
            people[b].parent = a;
            return root;
        }
        if (precedes(b, right)) std::swap(b, right);
        top.left = right;
        people[right].parent = a;
        a = right;
    }
}

// The order puts the urgent first, then the more severe, then those referred earlier.
void Clinic::queue_up(Row i) {
    Person& p = people[i];
    const uint64_t priority = p.urgent ? 0 : 2;
    p.order = (priority << 40) + (uint64_t(SEVERITIES - p.severity) << 32) + uint64_t(p.referral_day + (1 << 21));
    p.left = p.right = NOBODY;
    p.queued = 1;
    if (p.state == WAITING_TREATMENT) room_changed = true;
    Row& first = queue_of(p);
    first = merge(first, i);
    people[first].parent = NOBODY;
}

void Clinic::leave_queue(Row i) {
    Person& p = people[i];
    if (!p.queued) return;
    p.queued = 0;
    const Row below = merge(p.left, p.right);
    if (below >= 0) people[below].parent = p.parent;
    if (p.parent < 0) queue_of(p) = below;
    else if (people[p.parent].left == i) people[p.parent].left = below;
    else people[p.parent].right = below;
}

// --- own lists: nobody joins before yesterday's, so the place is found from the end -----------------------------------

void Clinic::fall_due(Row i) {
    Person& p = people[i];
    const Luck luck = draw(p, CONTACT, Word(p.attempts));
    p.attend_word = luck.w0;
    p.interval_word = luck.w1;
    p.due_day = day;
    ++level[p.severity][stock::OVERDUE];
    Clinician& s = staff[p.slot];
    Row before = s.last;
    while (before >= 0 && people[before].due_day == day && people[before].key > p.key) before = people[before].own.before;
    const Row after = before < 0 ? s.first : people[before].own.after;
    p.own = {before, after};
    (before < 0 ? s.first : people[before].own.after) = i;
    (after < 0 ? s.last : people[after].own.before) = i;
}

void Clinic::leave_own_list(Row i) {
    Person& p = people[i];
    if (p.due_day == NOT_YET) return;
    Clinician& s = staff[p.slot];
    (p.own.before < 0 ? s.first : people[p.own.before].own.after) = p.own.after;
    (p.own.after < 0 ? s.last : people[p.own.after].own.before) = p.own.before;
    p.due_day = NOT_YET;
    --level[p.severity][stock::OVERDUE];
}

// --- people (sections 3 and 4) ----------------------------------------------------------------------------------------

Row Clinic::new_person(Number key, uint8_t severity) {
    Row i;
    if (free_rows.empty()) {
        i = Row(people.size());
        people.emplace_back();
    } else {
        i = free_rows.back();
        free_rows.pop_back();
    }
    Person& p = people[i];
    p.key = key;
    p.severity = severity;
    p.episode = 0;
    return i;
}

void Clinic::begin_spell(Person& p, int32_t referral_day) {
    p.state = FREE;
    p.severity_at_referral = p.severity;
    p.urgent = p.queued = p.has_package = 0;
    p.slot = -1;
    p.candidate_day = p.booked_day = -1;
    p.referral_day = referral_day;
    p.due_day = p.first_contact_day = p.second_contact_day = NOT_YET;
    p.assessed_day = p.allocated_day = p.start_day = NOT_YET;
    p.befalls = p.assessment_attempts = p.missed_in_row = p.contacts = p.missed = 0;
}

void Clinic::refer(Row i) {
    Person& p = people[i];
    begin_spell(p, day);
    count(p, flow::REFERRED);
    const Luck luck = draw(p, TRIAGE, 0);
    const SeverityRules& own = rules.severity[p.severity];
    p.urgent = luck.w3 < rules.urgent;
    if (luck.w0 < own.declined) {
        count(p, flow::DECLINED);
        log_spell(p, DECLINED, day);
        come_back_or_go(i, luck.w1 < own.bounces, day + rules.bounce.days(luck.w2));
        return;
    }
    become(p, WAITING_ASSESSMENT);
    queue_up(i);
    next_candidate_day(i);
}

void Clinic::come_back_or_go(Row i, bool will_return, int32_t on) {
    people[i].state = AT_RISK;
    if (will_return && on < in.days) {
        watch(i, on);
    } else {
        people[i].state = FREE;
        free_rows.push_back(i);
    }
}

void Clinic::next_candidate_day(Row i) {
    Person& p = people[i];
    const Law& law = p.state == IN_TREATMENT ? rules.befall_in_treatment : rules.befall_waiting;
    const Luck luck = draw(p, BEFALL, Word(p.befalls++));
    p.befall_word = luck.w0;
    cancel(candidates, &Person::candidate, &Person::candidate_day, i);
    watch(i, day + law.days(luck.w1));
}

void Clinic::befall(Row i) {
    Person& p = people[i];
    const SeverityRules& own = rules.severity[p.severity];
    if (p.state == IN_TREATMENT) {
        if (p.befall_word < own.drops_out) return end_spell(i, DROPPED_OUT);
    } else if (p.befall_word < own.gives_up) {
        return end_spell(i, GAVE_UP);
    } else if (p.befall_word < own.worsens) {
        worsen(i);
    }
    next_candidate_day(i);
}

void Clinic::worsen(Row i) {
    Person& p = people[i];
    if (p.severity + 1 >= SEVERITIES) return;
    count(p, flow::WORSENED);
    const bool queued = p.queued;
    leave_queue(i);
    --level[p.severity][STOCK_OF_STATE[p.state]];
    ++p.severity;
    ++level[p.severity][STOCK_OF_STATE[p.state]];
    if (queued) queue_up(i);
}

void Clinic::log_spell(const Person& p, End end, int32_t end_day) {
    log.push_back({p.key, p.episode, p.severity_at_referral, p.severity, p.urgent, p.has_package, p.slot, p.referral_day,
                   p.first_contact_day, p.second_contact_day, p.assessed_day, p.allocated_day, p.start_day, end_day, end,
                   p.contacts, p.missed});
}

void Clinic::end_spell(Row i, End end) {
    Person& p = people[i];
    count(p, FLOW_OF_END[end]);
    leave_queue(i);
    leave_own_list(i);
    cancel(candidates, &Person::candidate, &Person::candidate_day, i);
    cancel(bookings, &Person::booked, &Person::booked_day, i);
    const SeverityRules& own = rules.severity[p.severity];
    if (p.state == IN_TREATMENT) {
        staff[p.slot].held -= own.weight;
        --staff[p.slot].cases;
        room_changed = true;
    }
    become(p, AT_RISK);
    log_spell(p, end, day);
    const Luck luck = draw(p, RETURN, 0);
    come_back_or_go(i, luck.w0 < own.returns, day + rules.comes_back.days(luck.w1));
}

// --- the day (section 2) ------------------------------------------------------------------------------------------------

void Clinic::run() {
    for (day = 0; day < in.days; ++day) {
        turn_to_period(int32_t(in.period[day]));
        receive_referrals();
        what_is_due();
        if (room_changed) allocate();
        if (in.working[day]) run_clinics();
        record();
    }
}

void Clinic::receive_referrals() {
    for (; referrals_taken < in.referrals.size() && in.referrals[referrals_taken].day == day; ++referrals_taken) {
        const Referral& referral = in.referrals[referrals_taken];
        refer(new_person(referral.key, referral.severity));
    }
}

void Clinic::what_is_due() {
    for (Row i; (i = take(candidates, &Person::candidate, &Person::candidate_day)) >= 0;) {
        if (people[i].state == AT_RISK) {
            ++people[i].episode;
            count(people[i], flow::RETURNED);
            refer(i);
        } else {
            befall(i);
        }
    }
    for (Row i; (i = take(bookings, &Person::booked, &Person::booked_day)) >= 0;) {
        if (people[i].state == REBOOKING) {
            become(people[i], WAITING_ASSESSMENT);
            queue_up(i);
        } else {
            fall_due(i);
        }
    }
}

// --- allocation (section 5) ---------------------------------------------------------------------------------------------

void Clinic::allocate() {
    room_changed = false;
    while (accepted >= 0) {
        const int slot = with_most_room(false);
        if (slot < 0) return;
        const Row i = accepted;
        Person& p = people[i];
        join_caseload(i, slot);
        count(p, flow::ALLOCATED);
        p.allocated_day = day;
        begin_course(p);
        next_candidate_day(i);
        fall_due(i);
    }
}

// The clinician with most room, the first of equals; -1 if nobody has any, unless someone must be found.
int Clinic::with_most_room(bool even_without) const {
    int best = -1;
    Number most = 0;
    for (size_t slot = 0; slot < staff.size(); ++slot) {
        const Number room = staff[slot].places - staff[slot].held;
        if ((room > 0 || even_without) && (best < 0 || room > most)) {
            best = int(slot);
            most = room;
        }
    }
    return best;
}

void Clinic::join_caseload(Row i, int slot) {
    Person& p = people[i];
    leave_queue(i);
    become(p, IN_TREATMENT);
    p.slot = int16_t(slot);
    staff[slot].held += rules.severity[p.severity].weight;
    ++staff[slot].cases;
}

void Clinic::begin_course(Person& p) const {
    p.planned = std::max(1, rules.severity[p.severity].planned.value(draw(p, COURSE, 0).w0));
    p.done = p.attempts = 0;
    p.stretch = 0;
}

// --- clinics (section 6) ------------------------------------------------------------------------------------------------

void Clinic::run_clinics() {
    const size_t n = staff.size();
    for (size_t step = 0, slot = size_t(day) % n; step < n; ++step, slot = slot + 1 < n ? slot + 1 : 0)
        clinician_day(staff[slot]);
}

void Clinic::clinician_day(Clinician& s) {
    use_today[use::IN_POST_DAYS] += s.wte;
    use_today[use::PRESENT] += s.wte;
    use_today[use::AVAILABLE] += s.daily_treatment + s.daily_assessment;
    s.bank_treatment += s.daily_treatment;
    s.bank_assessment += s.daily_assessment;
    hold_contacts(s);
    assess(s);
    if (const Number spare = s.bank_assessment - rules.assessment_seconds; spare > 0) {
        s.bank_assessment -= spare;
        s.bank_treatment += spare;
        hold_contacts(s);
    }
    if (const Number spare = s.bank_treatment - rules.contact_seconds; spare > 0) {
        s.bank_treatment -= spare;
        s.bank_assessment += spare;
        assess(s);
    }
    const Number lost_treatment = std::max<Number>(0, s.bank_treatment - rules.contact_seconds);
    const Number lost_assessment = std::max<Number>(0, s.bank_assessment - rules.assessment_seconds);
    s.bank_treatment -= lost_treatment;
    s.bank_assessment -= lost_assessment;
    use_today[use::UNUSED] += lost_treatment + lost_assessment;
}

void Clinic::hold_contacts(Clinician& s) {
    while (s.first >= 0 && s.bank_treatment >= rules.contact_seconds) {
        const Row i = s.first;
        const bool missed = people[i].attend_word < rules.severity[people[i].severity].missed;
        const Number seconds = missed ? (rules.contact_seconds * rules.slot_lost) >> 16 : rules.contact_seconds;
        s.bank_treatment -= seconds;
        use_today[missed ? use::MISSED : use::ATTENDED] += seconds;
        use_today[use::CONTACTS] += !missed;
        hold(i, missed);
    }
}

inline void as_contact(Person& p, int32_t day) {
    ++p.contacts;
    if (p.first_contact_day == NOT_YET) p.first_contact_day = day;
    else if (p.second_contact_day == NOT_YET) p.second_contact_day = day;
}

void Clinic::hold(Row i, bool missed) {
    Person& p = people[i];
    const int32_t late = day - p.due_day;
    leave_own_list(i);
    count(p, flow::DELAY_DAYS, late);
    ++p.attempts;
    p.stretch += late * rules.severity[p.severity].stretch;
    for (; p.stretch >= Number(CERTAIN); p.stretch -= CERTAIN) ++p.planned;
    int32_t interval = rules.interval.value(p.interval_word);
    if (missed) {
        count(p, flow::CONTACTS_MISSED);
        ++p.missed;
        if (++p.missed_in_row >= rules.close_after_contacts) return end_spell(i, DISCHARGED_NOT_ATTENDED);
        interval = std::min(interval, rules.rebook_days);
    } else {
        count(p, flow::CONTACTS);
        ++p.done;
        as_contact(p, day);
        p.missed_in_row = 0;
        if (p.start_day == NOT_YET) {
            p.start_day = day;
            count(p, flow::STARTED);
            ++starts[in.period[day]];
        }
        if (p.done >= p.planned) return end_spell(i, COMPLETED);
    }
    book(i, day + std::max(1, interval));
}

void Clinic::assess(Clinician& s) {
    while (waiting >= 0 && s.bank_assessment >= rules.assessment_seconds) {
        const Row i = waiting;
        Person& p = people[i];
        const bool missed =
            draw(p, ASSESSMENT, Word(p.assessment_attempts)).w0 < rules.severity[p.severity].assessment_missed;
        const Number seconds = missed ? (rules.assessment_seconds * rules.slot_lost) >> 16 : rules.assessment_seconds;
        s.bank_assessment -= seconds;
        use_today[missed ? use::ASSESSMENT_MISSED : use::ASSESSMENT] += seconds;
        ++p.assessment_attempts;
        leave_queue(i);
        conclude_assessment(i, missed);
    }
}

void Clinic::conclude_assessment(Row i, bool missed) {
    Person& p = people[i];
    if (missed) {
        count(p, flow::ASSESSMENTS_MISSED);
        ++p.missed;
        if (p.assessment_attempts >= rules.close_after_assessments) return end_spell(i, CLOSED_NOT_ATTENDED);
        become(p, REBOOKING);
        return book(i, day + std::max(1, rules.rebook_days));
    }
    count(p, flow::ASSESSED);
    p.assessed_day = day;
    as_contact(p, day);
    if (draw(p, OUTCOME, 0).w0 >= rules.severity[p.severity].to_treatment) return end_spell(i, CLOSED_WITH_ADVICE);
    p.has_package = 1;
    become(p, WAITING_TREATMENT);
    queue_up(i);
}

// --- records ------------------------------------------------------------------------------------------------------------

void Clinic::record() {
    for (int severity = 0; severity < SEVERITIES; ++severity) {
        Number* flows_now = flow_today + severity * flow::N;
        flows_now[flow::DAYS_WAITING_ASSESSMENT] += level[severity][stock::WAITING_ASSESSMENT];
        flows_now[flow::DAYS_WAITING_TREATMENT] += level[severity][stock::WAITING_TREATMENT];
        flows_now[flow::DAYS_IN_TREATMENT] += level[severity][stock::IN_TREATMENT];
    }
    if (day + 1 == in.days || in.period[day + 1] != in.period[day]) end_period();
}

void Clinic::end_period() {
    std::copy(&level[0][0], &level[0][0] + SEVERITIES * stock::N, &stocks[in.period[day] * SEVERITIES * stock::N]);
    for (const Clinician& s : staff) {
        use_today[use::CARRIED] += s.bank_treatment + s.bank_assessment;
        use_today[use::CASES] += s.cases;
        use_today[use::WEIGHTED] += s.held;
        use_today[use::PLACES] += s.places;
        use_today[use::OVER_CAP] += 10 * s.held > 11 * s.places;
    }
}

// --- the first and the last day (section 8) ---------------------------------------------------------------------------

void Clinic::open() {
    for (const Found& found : in.found) {
        const Row i = new_person(found.key, found.severity);
        Person& p = people[i];
        begin_spell(p, found.referral_day);
        if (found.state == AT_RISK) {
            p.state = AT_RISK;
            watch(i, found.next_day);
            continue;
        }
        if (found.state != WAITING_ASSESSMENT) {
            p.has_package = 1;
            p.first_contact_day = p.assessed_day = found.referral_day;
        }
        if (found.state == IN_TREATMENT) {
            p.second_contact_day = p.allocated_day = p.start_day = found.referral_day;
            begin_course(p);
            p.planned = found.planned;
            p.done = p.attempts = found.done;
            join_caseload(i, with_most_room(true));
            book(i, found.next_day);
        } else {
            become(p, found.state);
            queue_up(i);
        }
        next_candidate_day(i);
    }
}

void Clinic::finish() {
    for (const Person& p : people)
        if (p.state != FREE && p.state != AT_RISK) log_spell(p, OPEN, NOT_YET);
}

void Clinic::write(const char* path) const {
    std::ofstream out(path, std::ios::binary);
    for (const std::vector<Number>* table : {&flows, &stocks, &uses, &starts})
        out.write(reinterpret_cast<const char*>(table->data()), std::streamsize(table->size() * sizeof(Number)));
    for (const Spell& s : log) {
        const Number row[] = {s.key, s.episode, s.severity_at_referral, s.severity, s.urgent, s.has_package, s.slot,
                              s.referral_day, s.first_contact_day, s.second_contact_day, s.assessed_day, s.allocated_day,
                              s.start_day, s.end_day, s.end, s.contacts, s.missed};
        out.write(reinterpret_cast<const char*>(row), sizeof row);
    }
}

// --- reading ------------------------------------------------------------------------------------------------------------

using Rows = std::map<std::string, std::vector<Number>>;

// Each row: its name, how many numbers, the numbers.
Rows read_rows(const char* path) {
    std::ifstream file(path);
    Rows rows;
    std::string name;
    size_t n;
    while (file >> name >> n) {
        std::vector<Number>& row = rows[name];
        row.resize(n);
        for (Number& number : row) file >> number;
    }
    return rows;
}

// A law's row: the base, then its thresholds, all below 2**32.
Law law_of(const Rows& rows, const std::string& name) {
    const std::vector<Number>& row = rows.at(name);
    Law law;
    law.base = int32_t(row[0]);
    law.threshold.assign(row.begin() + 1, row.end());
    return law;
}

Rules rules_of(const Rows& rows) {
    Rules rules;
    for (int s = 0; s < SEVERITIES; ++s) {
        SeverityRules& own = rules.severity[s];
        const std::vector<Number>& row = rows.at("severity" + std::to_string(s));
        uint64_t* chances[] = {&own.declined, &own.bounces, &own.to_treatment, &own.assessment_missed, &own.gives_up,
                               &own.worsens, &own.drops_out, &own.returns, &own.missed};
        size_t at = 0;
        for (uint64_t* chance : chances) *chance = uint64_t(row.at(at++));
        own.stretch = row.at(at++);
        own.weight = row.at(at++);
        own.planned = law_of(rows, "planned" + std::to_string(s));
    }
    rules.befall_waiting = law_of(rows, "befall_waiting");
    rules.befall_in_treatment = law_of(rows, "befall_in_treatment");
    rules.interval = law_of(rows, "interval");
    rules.bounce = law_of(rows, "bounce");
    rules.comes_back = law_of(rows, "comes_back");
    const std::vector<Number>& row = rows.at("settings");
    rules.urgent = uint64_t(row.at(0));
    rules.assessment_seconds = row.at(1);
    rules.contact_seconds = row.at(2);
    rules.slot_lost = row.at(3);
    rules.rebook_days = int32_t(row.at(4));
    rules.close_after_assessments = int32_t(row.at(5));
    rules.close_after_contacts = int32_t(row.at(6));
    return rules;
}

Inputs inputs_of(const Rows& rows) {
    Inputs inputs;
    inputs.seed = Word(rows.at("luck").at(0));
    inputs.replication = Word(rows.at("luck").at(1));
    inputs.working = rows.at("working");
    inputs.period = rows.at("period");
    inputs.days = int32_t(inputs.working.size());
    inputs.periods = int32_t(inputs.period.back() + 1);
    inputs.rules = rules_of(rows);
    const std::vector<Number>& referrals = rows.at("referrals");
    for (size_t k = 0; k < referrals.size(); k += 3)
        inputs.referrals.push_back({referrals[k], int32_t(referrals[k + 1]), uint8_t(referrals[k + 2])});
    const std::vector<Number>& found = rows.at("found");
    for (size_t k = 0; k < found.size(); k += 7)
        inputs.found.push_back({found[k], State(found[k + 1]), uint8_t(found[k + 2]), int32_t(found[k + 3]),
                                int32_t(found[k + 4]), int32_t(found[k + 5]), int32_t(found[k + 6])});
    const std::vector<Number>& posts = rows.at("posts");
    for (size_t k = 0; k < posts.size(); k += 4)
        inputs.posts.push_back({posts[k], posts[k + 1], posts[k + 2], posts[k + 3]});
    return inputs;
}

double processor_seconds() {
    timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return double(now.tv_sec) + 1e-9 * double(now.tv_nsec);
}

int main(int argc, char** argv) {
    if (argc != 3) {
        std::cerr << "usage: clinic IN OUT\n";
        return 2;
    }
    const Inputs inputs = inputs_of(read_rows(argv[1]));
    for (bool warm : {false, true}) {
        Clinic clinic(inputs);
        clinic.open();
        const double began = processor_seconds();
        clinic.run();
        const double seconds = processor_seconds() - began;
        if (!warm) continue;
        clinic.finish();
        clinic.write(argv[2]);
        std::printf("%.9f\n", seconds);
    }
}
