//! The codes of problems, their statuses, and what is said in each language.

use axum::http::StatusCode;

/// The languages problems are told in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    #[default]
    Ru,
    Uk,
    En,
}

impl Language {
    pub const ALL: [Self; 3] = [Self::Ru, Self::Uk, Self::En];

    /// The tag of the language.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ru => "ru",
            Self::Uk => "uk",
            Self::En => "en",
        }
    }

    /// The language of a tag such as `uk-UA`.
    pub fn named(tag: &str) -> Option<Self> {
        let primary = tag.split('-').next().unwrap_or(tag);
        Self::ALL.into_iter().find(|language| primary.eq_ignore_ascii_case(language.name()))
    }
}

macro_rules! problems {
    ($($(#[$doc:meta])* $variant:ident = $name:literal $status:ident {
        $ru_title:literal $ru:literal
        $uk_title:literal $uk:literal
        $en_title:literal $en:literal
    })*) => {
        /// Each kind of problem; the name is the last part of its type.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Code {
            $($(#[$doc])* $variant,)*
        }

        impl Code {
            /// Every code, for tests and the API description.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            pub fn status(self) -> StatusCode {
                match self { $(Self::$variant => StatusCode::$status,)* }
            }

            /// Title and detail.
            pub fn texts(self, language: Language) -> (&'static str, &'static str) {
                match (self, language) {
                    $(
                        (Self::$variant, Language::Ru) => ($ru_title, $ru),
                        (Self::$variant, Language::Uk) => ($uk_title, $uk),
                        (Self::$variant, Language::En) => ($en_title, $en),
                    )*
                }
            }
        }
    };
}

problems! {
    /// The request or its body cannot be read.
    Malformed = "malformed" BAD_REQUEST {
        "Запрос не читается" "Данные пришли повреждёнными или не полностью. Отправьте их ещё раз."
        "Запит не читається" "Дані надійшли пошкодженими або не повністю. Надішліть їх ще раз."
        "The request cannot be read" "The data arrived damaged or incomplete. Send it again."
    }
    /// The wire version is not known here.
    UnknownVersion = "unknown_version" BAD_REQUEST {
        "Неизвестная версия" "Приложение говорит на версии, которой сервер не знает. Обновите приложение."
        "Невідома версія" "Застосунок використовує версію, якої сервер не знає. Оновіть застосунок."
        "Unknown version" "The app speaks a version this server does not know. Update the app."
    }
    /// A field of the request has no meaning.
    Invalid = "invalid" UNPROCESSABLE_ENTITY {
        "Неверные данные" "Одно из полей запроса заполнено неверно."
        "Неправильні дані" "Одне з полів запиту заповнено неправильно."
        "Invalid data" "A field of the request is not valid."
    }
    /// No token, or not a token.
    NotSignedIn = "not_signed_in" UNAUTHORIZED {
        "Вход не выполнен" "Войдите, чтобы продолжить."
        "Вхід не виконано" "Увійдіть, щоб продовжити."
        "Not signed in" "Sign in to continue."
    }
    /// A token that is not by this device for this request.
    BadToken = "bad_token" UNAUTHORIZED {
        "Подпись не принята" "Подпись запроса не подходит к этому устройству или запросу."
        "Підпис не прийнято" "Підпис запиту не відповідає цьому пристрою або запиту."
        "The signature was not accepted" "The request's signature does not fit this device or this request."
    }
    /// No such device is enrolled.
    UnknownDevice = "unknown_device" UNAUTHORIZED {
        "Устройство не знакомо" "Сервер не знает это устройство. Войдите ещё раз."
        "Пристрій невідомий" "Сервер не знає цього пристрою. Увійдіть ще раз."
        "Unknown device" "The server does not know this device. Sign in again."
    }
    /// The device's clock is off: `server_time_ms` corrects it.
    Clock = "clock" UNAUTHORIZED {
        "Часы устройства отстают или спешат" "Время будет исправлено по серверу, и запрос повторится сам."
        "Годинник пристрою відстає або поспішає" "Час буде виправлено за сервером, і запит повториться сам."
        "The device's clock is wrong" "The time will be corrected by the server's and the request repeated."
    }
    /// Unknown login or wrong password: which, is not said.
    WrongPassword = "wrong_password" UNAUTHORIZED {
        "Неверное имя или пароль" "Проверьте имя и пароль и попробуйте ещё раз."
        "Неправильне ім'я або пароль" "Перевірте ім'я та пароль і спробуйте ще раз."
        "Wrong name or password" "Check the name and the password and try again."
    }
    /// The device was revoked by a coordinator.
    DeviceRevoked = "device_revoked" FORBIDDEN {
        "Устройство отключено" "Координатор отключил это устройство. Неотправленные записи можно передать, но получить данные нельзя."
        "Пристрій відключено" "Координатор відключив цей пристрій. Ненадіслані записи можна передати, але отримати дані не можна."
        "Device revoked" "A coordinator revoked this device. Unsent records can still be handed in, but nothing is given out."
    }
    /// The account's duties do not allow it.
    Forbidden = "forbidden" FORBIDDEN {
        "Нет доступа" "Ваши обязанности не дают права на это действие."
        "Немає доступу" "Ваші обов'язки не дають права на цю дію."
        "Not allowed" "Your duties do not allow this."
    }
    NotFound = "not_found" NOT_FOUND {
        "Не найдено" "Здесь ничего нет."
        "Не знайдено" "Тут нічого немає."
        "Not found" "There is nothing here."
    }
    MethodNotAllowed = "method_not_allowed" METHOD_NOT_ALLOWED {
        "Так нельзя" "Этот адрес не принимает такой запрос."
        "Так не можна" "Ця адреса не приймає такий запит."
        "Method not allowed" "This address does not take that kind of request."
    }
    /// Taken by somebody else: a login or a device key.
    Taken = "taken" CONFLICT {
        "Уже занято" "Это имя или этот ключ принадлежит другому человеку."
        "Вже зайнято" "Це ім'я або цей ключ належить іншій людині."
        "Taken" "This name or key belongs to somebody else."
    }
    /// What the person saw is no longer what is there.
    Changed = "changed" CONFLICT {
        "Запись изменилась" "Пока вы смотрели, запись изменилась. Посмотрите на неё ещё раз."
        "Запис змінився" "Поки ви дивилися, запис змінився. Подивіться на нього ще раз."
        "The record has changed" "It changed while you were looking. Look at it again."
    }
    /// A set-aside change that even a person cannot let in; `why` names the reason.
    CannotRelease = "cannot_release" CONFLICT {
        "Выпустить нельзя" "Изменение не проходит проверку и испортило бы документ. Его можно выгрузить и закрыть с пометкой."
        "Випустити не можна" "Зміна не проходить перевірку і зіпсувала б документ. Її можна вивантажити та закрити з приміткою."
        "It cannot be released" "The change does not pass the checks and would spoil the document. Export it and settle it with a note."
    }
    /// The body is over the limit on the wire or unpacked.
    TooLarge = "too_large" PAYLOAD_TOO_LARGE {
        "Слишком большой запрос" "Отправляйте меньшими частями."
        "Завеликий запит" "Надсилайте меншими частинами."
        "Too large" "Send it in smaller parts."
    }
    WrongContentType = "wrong_content_type" UNSUPPORTED_MEDIA_TYPE {
        "Неизвестный вид данных" "Этот адрес принимает данные другого вида."
        "Невідомий вид даних" "Ця адреса приймає дані іншого виду."
        "Wrong content type" "This address takes another type of content."
    }
    Timeout = "timeout" REQUEST_TIMEOUT {
        "Слишком долго" "Запрос не успел прийти. Попробуйте ещё раз."
        "Занадто довго" "Запит не встиг надійти. Спробуйте ще раз."
        "Too slow" "The request did not arrive in time. Try again."
    }
    TooMany = "too_many" TOO_MANY_REQUESTS {
        "Слишком часто" "Подождите немного и попробуйте ещё раз."
        "Занадто часто" "Зачекайте трохи і спробуйте ще раз."
        "Too many requests" "Wait a little and try again."
    }
    Busy = "busy" SERVICE_UNAVAILABLE {
        "Сервер занят" "Подождите немного и попробуйте ещё раз."
        "Сервер зайнятий" "Зачекайте трохи і спробуйте ще раз."
        "The server is busy" "Wait a little and try again."
    }
    Internal = "internal" INTERNAL_SERVER_ERROR {
        "Ошибка на сервере" "На сервере что-то не получилось. Записи на телефоне целы."
        "Помилка на сервері" "На сервері щось не вдалося. Записи на телефоні цілі."
        "The server failed" "Something went wrong on the server. The records on the phone are safe."
    }
}
