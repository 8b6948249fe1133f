### Слова рабочего места координатора.

desk = Рабочее место координатора
desk-tab-log = Журнал
desk-tab-cases = Люди
desk-tab-quarantine = Отложено
desk-tab-devices = Телефоны
desk-tab-field = Мой день
desk-reading = Читаем…
desk-as-of = Обновлено: { $when }
desk-read-again = Обновить
desk-shown-as-of = Ниже то, что было известно: { $when }.

## Неполадки

desk-problem-network = Нет связи с сервером. Рабочее место координатора работает только со связью; записи никуда не денутся.
desk-problem-timeout = Сервер не ответил вовремя. Попробуйте ещё раз.
desk-problem-server = Сервер не смог ответить. Попробуйте чуть позже.
desk-problem-changed = Пока вы смотрели, всё изменилось. Обновите страницу и посмотрите ещё раз.
desk-problem-not_found = Не найдено. Возможно, это вне ваших мест.

## Журнал

desk-log = Журнал
desk-filter-state = Что показать
desk-filter-look = Ждут взгляда
desk-filter-returned = Возвращены
desk-filter-approved = Приняты
desk-filter-all = Все
desk-filter-any = Все
desk-filter-name = Имя получателя
desk-filter-place = Место
desk-filter-worker = Кто записал
desk-filter-type = Вид записи
desk-filter-period = Когда
desk-filter-from = С какого дня
desk-filter-to = По какой день
desk-filter-case = Только об одном человеке
desk-period-any = За всё время
desk-period-today = Сегодня
desk-period-week = За 7 дней
desk-period-month = Этот месяц
desk-period-last_month = Прошлый месяц
desk-period-own = Свои дни
desk-filters-count = Отбор: { $count }
desk-filters-clear = Убрать отбор
desk-count =
    { $count ->
        [one] { $count } запись
        [few] { $count } записи
       *[many] { $count } записей
    }
desk-count-more =
    { $count ->
        [one] Показана { $count } запись, есть ещё
        [few] Показаны { $count } записи, есть ещё
       *[many] Показано { $count } записей, есть ещё
    }
desk-count-all = Всего по отбору: { $what }
desk-count-chores =
    { $count ->
        [one] { $count } дело вместе с ещё не сделанными
        [few] { $count } дела вместе с ещё не сделанными
       *[many] { $count } дел вместе с ещё не сделанными
    }
desk-log-all-looked = Всё просмотрено. Новые записи появятся здесь, когда телефоны выйдут на связь.
desk-log-none = Таких записей нет.
desk-tick = Отметить: { $what }
desk-tick-all = Отметить все: { $count }
desk-untick = Снять отметки
desk-approve-ticked =
    { $count ->
        [one] Принять { $count } запись
        [few] Принять { $count } записи
       *[many] Принять { $count } записей
    }
desk-approved =
    { $count ->
        [0] Ничего не принято.
        [one] Принята { $count } запись.
        [few] Приняты { $count } записи.
       *[many] Принято { $count } записей.
    }
desk-left =
    { $count ->
        [one] Осталась { $count } запись:
        [few] Остались { $count } записи:
       *[many] Осталось { $count } записей:
    }
desk-left-changed = изменилась, пока вы смотрели ({ $fields }). Посмотрите ещё раз.
desk-left-missing = больше не найдена.

## Состояния и пометки

desk-state-received = Ждёт взгляда
desk-state-approved = Принята
desk-state-returned = Возвращена
desk-state-edited = Изменена
desk-mark-urgent = Срочно
desk-mark-conflict = Два значения
desk-mark-violations = Проверить: { $count }
desk-mark-returned-before = Уже возвращали
desk-mark-after_reassignment = После передачи
desk-mark-released = Из отложенных
desk-mark-restored = Возвращено после восстановления

## Запись

desk-record = Запись
desk-record-missing = Этой записи больше нет или она вне ваших мест.
desk-record-newer = Запись изменилась, пока вы смотрели. Ниже она ещё такая, какой вы её открыли.
desk-record-show-newer = Показать, что теперь
desk-comments = Замечания к записи
desk-conflict = Записали по-разному: { $field }
desk-conflict-help = Двое записали разное, пока не было связи. Выберите верное: другое останется в истории, и оба автора это увидят.
desk-conflict-chosen = Выбрано: { $field }
desk-conflict-changed = Пока вы выбирали, кто-то записал ещё. Вот что стоит здесь сейчас; ничего не решено.
desk-decide = Проверка
desk-not-reviewed = Эту запись ещё не смотрели.
desk-reviewed-approved = Принято: { $who }, { $when }.
desk-reviewed-returned = Возвращено: { $who }, { $when }.
desk-reviewed-withdrawn = Решение отозвано: { $who }, { $when }.
desk-changed-since = С тех пор изменилось: { $fields }.
desk-decide-changed = Решение не записано: запись изменилась, пока вы смотрели ({ $fields }). Ниже она такая, как сейчас.
desk-choose-first = Сначала выберите верное значение, потом можно принять.
desk-approve = Принять
desk-approved-one = Запись принята
desk-return = Вернуть
desk-return-title = Вернуть запись
desk-return-comment = Что нужно поправить
desk-return-help = Работник увидит эти слова рядом с записью.
desk-return-send = Вернуть работнику
desk-return-times = Проверьте время прихода и ухода.
desk-return-services = Отметьте, что было сделано.
desk-return-receipt = Приложите чек или напишите, почему его нет.
desk-returned-one = Запись возвращена
desk-to-note = Обратите внимание
desk-violation = { $field }: { $what }
desk-story = Что было с записью
desk-story-made = Записано
desk-story-changed = Исправлено
desk-story-voided = Запись отменена
desk-story-brought_back = Запись возвращена в журнал
desk-story-approved = Принято
desk-story-returned = Отправлено на исправление
desk-story-withdrawn = Решение отозвано
desk-story-late = Дошло до сервера: { $when }
desk-put = { $field }: { $value }
desk-put-instead = { $field }: { $value } (было: { $before })
desk-put-cleared = { $field }: убрано
desk-open-case = Карточка человека
desk-next-record = Следующая запись

## Отложенное

desk-quarantine = Отложено
desk-quarantine-help = Эти записи сервер получил, но в журнал не внёс. Ничего не пропало: посмотрите, почему, и решите.
desk-quarantine-show = Что показать
desk-quarantine-open = Ждут решения
desk-quarantine-released = Внесены
desk-quarantine-settled = Решены иначе
desk-quarantine-empty = Ничего не отложено.
desk-quarantine-none = Таких пока нет.
desk-quarantine-count =
    { $count ->
        [one] { $count } отложенная запись
        [few] { $count } отложенные записи
       *[many] { $count } отложенных записей
    }
desk-kind-log = Запись журнала
desk-kind-task = Дело
desk-kind-case = Карточка
desk-kind-person = Человек
desk-kind-activity = Групповое занятие
desk-kind-unknown = Запись
desk-reason-out_of_scope = Этот человек не закреплён за автором записи.
desk-reason-device_revoked = Телефон, с которого пришла запись, отключён от организации.
desk-received-at = получено: { $when }
desk-bytes = { $size } Б
desk-preview = Посмотреть
desk-preview-close = Свернуть
desk-preview-none = Содержимое прочитать нельзя. Его можно сохранить в файл.
desk-export = Сохранить в файл
desk-release = Внести в журнал
desk-release-title = Внести запись в журнал?
desk-release-help = Запись появится в журнале с пометкой «Из отложенных» и будет ждать вашего взгляда. Автор это увидит.
desk-released = Запись внесена в журнал
desk-settle = Решить иначе
desk-settle-title = Решить иначе
desk-settle-help = Запись не войдёт в журнал, но останется на хранении. Напишите, что сделано вместо этого: автор это прочтёт.
desk-settle-note = Что сделано
desk-settle-do = Закрыть вопрос
desk-settled = Решение записано
desk-was-released = Внесено в журнал: { $who }, { $when }.
desk-was-settled = Решено иначе: { $who }, { $when }.

## Телефоны

desk-devices = Телефоны
desk-devices-all-well = Все телефоны недавно выходили на связь.
desk-devices-needy = Нужно внимание
desk-devices-well = Всё в порядке
desk-devices-gone = Отключены
desk-this-device = этот компьютер
desk-quiet =
    { $days ->
        [one] Нет связи { $days } день
        [few] Нет связи { $days } дня
       *[many] Нет связи { $days } дней
    }
desk-missing =
    { $count ->
        [one] Не дошла { $count } посылка
        [few] Не дошли { $count } посылки
       *[many] Не дошло { $count } посылок
    }
desk-missing-told =
    { $count ->
        [one] Ещё не здесь { $count } посылка с этого телефона: № { $numbers }.
        [few] Ещё не здесь { $count } посылки с этого телефона: № { $numbers }.
       *[many] Ещё не здесь { $count } посылок с этого телефона: № { $numbers }.
    } Самая новая из известных – № { $newest }, на связи телефон был: { $heard }.
desk-forks = Два телефона как один?
desk-forks-told = Похоже, два телефона пишут как один: возможно, телефон восстановили из копии. Под одним номером пришло разное: № { $numbers }. Ничего не потеряно: обе версии на месте. Узнайте, каким телефоном человек пользуется, и отключите другой.
desk-clock-fast =
    { $minutes ->
        [one] Часы спешат на { $minutes } минуту
        [few] Часы спешат на { $minutes } минуты
       *[many] Часы спешат на { $minutes } минут
    }
desk-clock-slow =
    { $minutes ->
        [one] Часы отстают на { $minutes } минуту
        [few] Часы отстают на { $minutes } минуты
       *[many] Часы отстают на { $minutes } минут
    }
desk-device-set-aside =
    { $count ->
        [one] Отложена { $count } запись
        [few] Отложены { $count } записи
       *[many] Отложено { $count } записей
    }
desk-last-sync = Был на связи
desk-days-ago =
    { $days ->
        [0] меньше суток назад
        [one] { $days } день назад
        [few] { $days } дня назад
       *[many] { $days } дней назад
    }
desk-device-waiting = Ждало отправки
desk-revoke = Отключить
desk-revoke-title = Отключить телефон: { $who }?
desk-revoke-help = Телефон больше ничего не получит. То, что на нём записано, ещё можно сдать: оно будет отложено до вашего решения. Если телефон найдётся, человек войдёт на нём заново.
desk-revoke-waiting =
    { $count ->
        [one] На нём ждала отправки { $count } запись.
        [few] На нём ждали отправки { $count } записи.
       *[many] На нём ждало отправки { $count } записей.
    }
desk-revoked = Телефон отключён
desk-revoked-at = Отключён: { $when }

## Люди и закрепление

desk-cases = Люди
desk-cases-show = Кого показать
desk-cases-all = Все
desk-cases-nobody = Без работника
desk-cases-none = Никого не нашлось.
desk-nobody = Никто не закреплён
desk-no-place = Место не указано
desk-case-records = Все записи
desk-card-open = История
desk-assigned = Кто закреплён
desk-assigned-nobody = Пока никто.
desk-not-yet = Ещё не начал
desk-substitute = на замене
desk-term-always = постоянно
desk-term-from = с { $from }
desk-term-until = по { $to }
desk-term-between = { $from } – { $to }
desk-assign = Закрепить
desk-assign-title = Закрепить: { $name }
desk-assign-whom = За кем
desk-choose-person = Выберите человека
desk-assign-how = На какой срок
desk-assign-always = Постоянно
desk-assign-substitute = На замену
desk-assign-from = С какого дня
desk-assign-to = По какой день
desk-assigned-now = Закреплено. Телефон получит карточку при связи.
desk-unassign = Снять
desk-unassign-who = Снять закрепление: { $who }
desk-unassign-help = При следующей связи карточка уйдёт с телефона. То, что там записано и не отправлено, всё равно будет принято.
desk-unassigned = Закрепление снято

# После восстановления сервера из копии
desk-restored = После восстановления
desk-restored-told = Сервер восстановлен из копии: { $restored }. Последнее, что он помнит: { $remembers }.
desk-restored-check = Проверьте, кто за кем закреплён: что изменилось после этого, сервер знает только со слов телефонов.
desk-restored-open =
    { $count ->
        [one] { $count } закрепление ждёт вашего решения
        [few] { $count } закрепления ждут вашего решения
       *[many] { $count } закреплений ждут вашего решения
    }
desk-restored-look = Посмотреть
desk-restored-never = Сервер не восстанавливали из копии.
desk-restored-nothing = Телефоны не сообщили ничего, что расходится с памятью сервера.
desk-restored-had = Телефон показал: за этого человека отвечает { $who }. Сервер этого не помнит.
desk-restored-wrote = В карточке есть записи: их автор — { $who }. Закрепления сервер не помнит.
desk-restored-lost = По копии за этого человека отвечает { $who }, но на телефоне карточки уже не было.
desk-restored-until = Пока вы не решите, { $who } за этого человека не отвечает.
desk-restored-holders = Кто отвечает сейчас: { $who }.
desk-restored-nobody = Сейчас за этого человека никто не отвечает.
desk-restored-planned = С { $day } за этого человека отвечает { $who }. До этого дня решать вам.
desk-restored-give = Закрепить снова
desk-restored-dismiss = Оставить так
desk-restored-given = Снова закреплено
desk-restored-dismissed = Оставлено как есть
desk-restored-was-given = Закреплено снова: { $who }, { $when }
desk-restored-was-dismissed = Оставлено как есть: { $who }, { $when }
desk-restored-awaited = Ещё не были на связи
desk-restored-awaited-help = Эти телефоны после восстановления не выходили на связь. Они могут сообщить ещё что-то.
